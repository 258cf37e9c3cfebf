// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.bulk.BulkItem;
import dev.cadre.bulk.BulkSummary;
import dev.cadre.bulk.EngineBulkResult;
import dev.cadre.price.Money;
import dev.cadre.schema.JsonType;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What ends in one history of a bulk run, and how long that may become. Temporal ends a history at 51,200 events or 50 MB; an
 * item takes five or six events, and more if it is lost or escalates. Belongs to a workflow.
 */
final class BulkHistory<O> {
    /** As many items are told at once to who asks for them. */
    static final int MOST_TOLD = 500;

    private static final long MOST_EVENTS = 20_000;
    private static final long MOST_BYTES = 10L * 1024 * 1024;
    /** A value of a history may have about 2 MB. */
    private static final long MOST_ITEM_CHARS = 500_000;

    private final JsonType<O> form;
    private final int mostItems;
    private final List<Wire.BulkEnd> ends = new ArrayList<>();
    private long chars;
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
        String value = result.value();
        chars += value == null ? result.message().length() : value.length();
    }

    /** Whether nothing more is to begin in it. */
    boolean isFull() {
        return ends.size() >= mostItems
                || chars >= MOST_ITEM_CHARS
                || Workflow.getInfo().getHistoryLength() >= MOST_EVENTS
                || Workflow.getInfo().getHistorySize() >= MOST_BYTES;
    }

    Wire.BulkPage page(int from, int most) {
        int start = Math.clamp(from, 0, ends.size());
        int end = (int) Math.min(ends.size(), (long) start + most);
        return new Wire.BulkPage(List.copyOf(ends.subList(start, end)));
    }

    Wire.BulkCarry carry(
            long startMillis,
            Duration time,
            BulkPending<?> pending,
            BulkSummary.Counts counts,
            Wire.Paid booked,
            Wire.Paid paid) {
        return new Wire.BulkCarry(
                startMillis,
                time.toNanos(),
                pending.taken(),
                pending.isEnd(),
                counts.succeeded(),
                counts.failed(),
                counts.skipped(),
                booked,
                paid,
                pending.toCarry());
    }

    static BulkSummary.Counts counts(Wire.BulkCarry carry) {
        return new BulkSummary.Counts(carry.succeeded(), carry.failed(), carry.skipped(), 0, 0, 0);
    }

    Wire.BulkEnded ended(long taken, EngineBulkResult.Stopped stopped, Wire.Paid paid, Money limit) {
        return new Wire.BulkEnded(
                page(0, Integer.MAX_VALUE),
                taken,
                stopped.stop().name(),
                stopped.message(),
                Outages.of(stopped.because()),
                paid,
                limit.picoUsd());
    }
}
