// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

import dev.cadre.json.Json;
import dev.cadre.price.Spend;
import dev.cadre.task.Failure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.function.BiConsumer;

/** Writes one line for each item that has ended, and counts them. For one thread. */
final class ResultWriter {
    /** What every line begins with. */
    static final String BEGINNING = "{\"index\":";

    private final ResultOutput out;
    private final ResultLayout layout;
    private final DeadLetters deadLetters;
    private final BulkTask task;
    private final BiConsumer<Json.Obj, BulkTally> heard;
    private BulkTally tally = BulkTally.EMPTY;

    /** @param heard receives every line and what has ended by then */
    ResultWriter(BulkOutput out, ResultLayout layout, BulkTask task, BiConsumer<Json.Obj, BulkTally> heard) {
        this.out = out.results();
        this.layout = layout;
        deadLetters = new DeadLetters(out.deadLetters());
        this.task = task;
        this.heard = heard;
    }

    /** Begins with the header, if there is one. */
    void begin() throws IOException {
        if (layout.header().isPresent()) {
            out.write(layout.header().get());
        }
    }

    BulkTally tally() {
        return tally;
    }

    void spent(Spend all) {
        tally = tally.spending(all);
    }

    void expect(long items) {
        tally = tally.of(items);
    }

    void reused(InputLine item, Json.Obj answer) {
        tally = tally.plusReused();
        write(item, ended(task.answered(line(item, "succeeded"), answer), Spend.NONE, true));
    }

    void succeeded(InputLine item, Json.Obj answer, Spend spend) {
        tally = tally.plusSucceeded(spend);
        write(item, ended(task.answered(line(item, "succeeded"), answer), spend, false));
    }

    void failed(InputLine item, Failure failure, Spend spend) {
        tally = tally.plusFailed(spend, failure.toString());
        try {
            deadLetters.add(item, failure.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        write(item, ended(line(item, "failed").with("reason", failure.toString()), spend, false));
    }

    void skipped(InputLine item, String reason, Spend spend) {
        tally = tally.plusSkipped(spend);
        write(item, ended(line(item, "skipped").with("reason", reason), spend, false));
    }

    private static Json.Obj line(InputLine item, String status) {
        return Json.obj()
                .with("index", item.place().index())
                .with("line", item.place().line())
                .with("id", item.place().id())
                .with("status", status);
    }

    private Json.Obj ended(Json.Obj line, Spend spend, boolean isReused) {
        return line.with("tier", task.tier().name().toLowerCase(Locale.ROOT))
                .with("picoUsd", spend.total().picoUsd())
                .with("reused", isReused);
    }

    private void write(InputLine item, Json.Obj line) {
        try {
            out.write(layout.line(line, item));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        heard.accept(line, tally);
    }
}
