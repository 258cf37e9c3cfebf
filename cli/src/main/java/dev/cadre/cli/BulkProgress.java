// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.bulk.Lane;
import dev.cadre.cli.bulk.BulkSession;
import dev.cadre.cli.bulk.BulkTally;
import dev.cadre.json.Json;
import dev.cadre.price.Money;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.BiConsumer;

/** Tells on standard error what a bulk run will cost, and how far it is. */
final class BulkProgress implements BiConsumer<Json.Obj, BulkTally> {
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final PrintStream err;
    private final Progress form;
    private final InstantSource clock;
    private Instant next = Instant.MIN;

    BulkProgress(Progress form, Terminal terminal, InstantSource clock) {
        this.err = terminal.err();
        this.form = form.on(terminal);
        this.clock = clock;
    }

    /** Said whatever the form: from now on money is spent and text leaves the machine. */
    void starting(BulkSession.Survey survey, BulkOptions options, Money spentBefore) {
        if (form == Progress.JSONL) {
            err.println(Json.obj()
                    .with("event", "starting")
                    .with("items", survey.items())
                    .with("left", survey.left())
                    .with("malformed", survey.malformed())
                    .with("recorded", survey.recorded())
                    .with("expectedPicoUsd", survey.price().expected().picoUsd())
                    .with("worstPicoUsd", survey.price().worst().picoUsd())
                    .with("budgetPicoUsd", options.budget().picoUsd())
                    .with("spentBeforePicoUsd", spentBefore.picoUsd())
                    .write());
            return;
        }
        err.println("cadre: %d of %d items left (%d on record, %d malformed); expected %s, at most %s; budget %s%s%s"
                .formatted(
                        survey.left(),
                        survey.items(),
                        survey.recorded(),
                        survey.malformed(),
                        survey.price().expected(),
                        survey.price().worst(),
                        options.budget(),
                        spentBefore.isZero() ? "" : ", of which earlier runs spent " + spentBefore,
                        survey.left() == 0 ? "" : "; their text goes to the model provider"));
        if (options.lane() == Lane.BATCH && survey.left() > 0) {
            err.println(
                    "cadre: batches are answered within a day; they go on after Ctrl-C, and the same command collects"
                            + " them");
        }
    }

    /**
     * Said whatever the form, if the money will not do for all that is left.
     *
     * @param left of the budget
     */
    void warn(BulkSession.Survey survey, Money left) {
        if (!survey.whole().expected().isMoreThan(left)) {
            return;
        }
        String warning =
                "the items that are left are expected to cost %s, and %s of the budget is left: about %d of %d will be done"
                        .formatted(survey.whole().expected(), left, BulkForecast.covered(survey, left), survey.left());
        err.println(
                form == Progress.JSONL
                        ? Json.obj()
                                .with("event", "warning")
                                .with("text", warning)
                                .write()
                        : "cadre: warning: " + warning);
    }

    @Override
    public void accept(Json.Obj line, BulkTally tally) {
        switch (form) {
            case JSONL ->
                err.println(Json.obj()
                        .with("event", "item")
                        .with("index", line.longValue("index"))
                        .with("status", line.string("status"))
                        .with("picoUsd", line.longValue("picoUsd"))
                        .with("ended", tally.ended())
                        .write());
            case PLAIN -> {
                if (tally.total() > 0 && !clock.instant().isBefore(next)) { // the total is known after the survey
                    next = clock.instant().plus(PAUSE);
                    print(tally);
                }
            }
            case AUTO, LIVE, OFF -> {}
        }
    }

    private void print(BulkTally tally) {
        err.println("%d of %d items ended: %d succeeded, %d failed, %d skipped, %s"
                .formatted(
                        tally.ended(),
                        tally.total(),
                        tally.succeeded(),
                        tally.failed(),
                        tally.skipped(),
                        tally.spend().total()));
    }
}
