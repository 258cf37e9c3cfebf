// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.live;

import dev.cadre.cli.bulk.BulkTally;
import dev.cadre.cli.bulk.CostProjection;
import dev.cadre.cli.text.FailureWords;
import dev.cadre.event.RunEvent;
import dev.cadre.event.RunListener;
import dev.cadre.json.Json;
import dev.cadre.price.Money;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/** How far a bulk is: a bar, how fast it goes and when it may end, and its money. Safe for many threads. */
public final class BulkBoard implements RunListener, BiConsumer<Json.Obj, BulkTally>, Supplier<List<String>> {
    private static final int BAR = 30;
    private static final int LEAST_ENDED = 3;
    private static final Duration LEAST_TIME = Duration.ofSeconds(1);

    private final InstantSource clock;
    private final Money limit;
    private final OpenCalls calls = new OpenCalls();
    private final CostProjection projection = new CostProjection();
    private Instant start;
    private long endedBefore = -1;
    private long items;
    private BulkTally tally = BulkTally.EMPTY;
    private String lastWait = "";

    /** @param limit most that may be spent */
    public BulkBoard(InstantSource clock, Money limit) {
        this.clock = clock;
        this.limit = limit;
        start = clock.instant();
    }

    /** An item ended, or is known from an earlier run. */
    @Override
    public synchronized void accept(Json.Obj line, BulkTally now) {
        tally = now;
        projection.add(line);
    }

    /** The input is read, and has so many items. */
    public synchronized void surveyed(long count) {
        items = count;
    }

    @Override
    public synchronized void on(RunEvent event) {
        calls.on(event);
        switch (event) {
            case RunEvent.RunStarted started -> {
                start = clock.instant();
                endedBefore = tally.ended();
            }
            case RunEvent.AttemptEnded ended
            when ended.end() instanceof RunEvent.CallEnd.Failed failed -> lastWait = FailureWords.of(failed.kind());
            default -> {}
        }
    }

    @Override
    public synchronized List<String> get() {
        var lines = new ArrayList<String>();
        if (endedBefore < 0 && items == 0) {
            lines.add("reading the input  " + Figures.of(tally.ended()) + " items are on record or malformed");
            return lines;
        }
        Duration took = Duration.between(start, clock.instant());
        lines.add(bar() + "  " + Figures.of(took) + pace(took));
        lines.add("%s succeeded, %s failed, %s skipped"
                .formatted(Figures.of(tally.succeeded()), Figures.of(tally.failed()), Figures.of(tally.skipped())));
        lines.add(Figures.of(calls, limit) + (calls.waiting() == 0 ? "" : " after " + lastWait) + inAll());
        return lines;
    }

    private long total() {
        return Math.max(items, tally.total());
    }

    private String bar() {
        long total = Math.max(1, total());
        int full = (int) (BAR * tally.ended() / total);
        return "[%s%s] %d %%  %s of %s items"
                .formatted(
                        "=".repeat(full),
                        " ".repeat(BAR - full),
                        100 * tally.ended() / total,
                        Figures.of(tally.ended()),
                        Figures.of(total()));
    }

    private String pace(Duration took) {
        long ended = tally.ended() - Math.max(0, endedBefore);
        long left = total() - tally.ended();
        if (ended < LEAST_ENDED || took.compareTo(LEAST_TIME) < 0) {
            return "";
        }
        double rate = ended * 1_000.0 / took.toMillis();
        String pace = "  %.1f/s".formatted(rate);
        return left == 0 ? pace : pace + "  about " + Figures.of(Duration.ofSeconds((long) (left / rate))) + " left";
    }

    private String inAll() {
        return tally.ended() == total()
                ? ""
                : projection
                        .total(tally)
                        .map(cost -> "  about " + Figures.of(cost) + " in all")
                        .orElse("");
    }
}
