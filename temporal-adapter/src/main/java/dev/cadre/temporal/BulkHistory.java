// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.bulk.BulkItem;
import dev.cadre.bulk.BulkSummary;
import dev.cadre.bulk.EngineBulkResult;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.schema.JsonType;
import io.temporal.workflow.Workflow;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What ends in one history of a bulk run, and how long that may become. Temporal ends a history at 51,200 events or 50 MB; an
 * item takes five or six events, and more if it is lost or escalates. Belongs to a workflow.
 */
final class BulkHistory<O> {
    /** As many items are told at once to who asks for them. */
    private static final int MOST_TOLD = 500;

    private static final long MOST_EVENTS = 20_000;
    private static final long MOST_BYTES = 10L * 1024 * 1024;
    /** Reports of items that end in it, so that most of them fit into {@link #PAGE_BYTES}. */
    private static final long MOST_REPORT_BYTES = 400_000;
    /** A cluster takes values of 2 MB, and the inputs that wait travel in the same one. */
    private static final int PAGE_BYTES = 700_000;
    /** What an item takes besides its texts. */
    private static final int ITEM_BYTES = 500;

    private final JsonType<O> form;
    private final int mostItems;
    private final List<BulkWire.End> ends = new ArrayList<>();
    private long reportBytes;
    private ItemLog log = ItemLog.NOTHING;

    BulkHistory(JsonType<O> form, int mostItems) {
        this.form = form;
        this.mostItems = mostItems;
    }

    /** What is known of the item that ends next. */
    void logging(ItemLog next) {
        log = next;
    }

    void add(BulkItem<O> item) {
        Wire.Result result = Outcomes.of(item.outcome(), form);
        ends.add(log.end(item.index(), item.key(), result));
        log = ItemLog.NOTHING;
    }

    /** A rung has reported. What is measured is on record, so that other code measures the same. */
    void heard(Wire.Performed report) {
        reportBytes += ITEM_BYTES
                + JsonSize.of(report.end().value())
                + JsonSize.of(report.end().message());
    }

    /** Whether nothing more is to begin in it. */
    boolean isFull() {
        return ends.size() >= mostItems
                || reportBytes >= MOST_REPORT_BYTES
                || Workflow.getInfo().getHistoryLength() >= MOST_EVENTS
                || Workflow.getInfo().getHistorySize() >= MOST_BYTES;
    }

    /** As many of its items as a value has room for, from the first one on. */
    BulkWire.Page page() {
        return new BulkWire.Page(told(0, Integer.MAX_VALUE), ends.size());
    }

    /** A few of its items from this one on: at least one, if there is one. */
    BulkWire.News news(int from, BulkPending<?> pending, boolean isOpen) {
        return new BulkWire.News(told(from, MOST_TOLD), pending.begun(), isOpen);
    }

    private List<BulkWire.End> told(int from, int most) {
        int start = Math.clamp(from, 0, ends.size());
        long last = Math.min(ends.size(), (long) start + most);
        int end = start;
        for (long bytes = 0; end < last; end++) {
            bytes += bytes(ends.get(end));
            if (bytes > PAGE_BYTES && end > start) {
                break;
            }
        }
        return List.copyOf(ends.subList(start, end));
    }

    private static long bytes(BulkWire.End end) {
        return ITEM_BYTES
                + JsonSize.of(end.key())
                + JsonSize.of(end.result().value())
                + JsonSize.of(end.result().message())
                + Stream.of(
                                end.replies(),
                                end.notes(),
                                end.abandoned(),
                                end.result().because())
                        .flatMap(List::stream)
                        .mapToLong(JsonSize::of)
                        .sum();
    }

    /** The inputs of a run that have come, and how much of its work is under way or waits. */
    record Work(long taken, int running, int waiting) {}

    static Wire.Progress progress(
            String state, Work work, BulkSummary.Counts counts, Allotments money, BulkClock clock) {
        Spend spent = money.spent();
        return new Wire.Progress(
                state,
                Math.toIntExact(work.taken()),
                work.running(),
                work.waiting(),
                Math.toIntExact(counts.succeeded()),
                Math.toIntExact(counts.failed()),
                Math.toIntExact(counts.skipped()),
                spent.settled().picoUsd(),
                spent.forfeited().picoUsd(),
                money.state().outstanding().picoUsd(),
                money.state().limit().picoUsd(),
                clock.sinceStart().toNanos());
    }

    BulkWire.Carry carry(
            BulkClock clock, BulkPending<?> pending, BulkSummary.Counts counts, Wire.Paid booked, Wire.Paid paid) {
        return new BulkWire.Carry(
                clock.startMillis(),
                clock.time().toNanos(),
                pending.taken(),
                pending.isEnd(),
                counts.succeeded(),
                counts.failed(),
                counts.skipped(),
                booked,
                paid,
                pending.toCarry());
    }

    static BulkSummary.Counts counts(BulkWire.Carry carry) {
        return new BulkSummary.Counts(carry.succeeded(), carry.failed(), carry.skipped(), 0, 0, 0);
    }

    BulkWire.Ended ended(long taken, EngineBulkResult.Stopped stopped, Wire.Paid paid, Money limit) {
        return new BulkWire.Ended(
                page(),
                taken,
                stopped.stop().name(),
                stopped.message(),
                Outages.of(stopped.because()),
                paid,
                limit.picoUsd());
    }
}
