// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.bulk.Lane;
import dev.cadre.event.RunEvent;
import dev.cadre.event.RunListener;
import dev.cadre.json.Json;
import dev.cadre.price.CostEstimate;
import dev.cadre.price.CostRange;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.stream.Collectors;

/** Tells on standard error what an eval will cost, and how far it is. For the threads of its runs, one after the other. */
final class EvalProgress implements RunListener {
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final EvalOptions options;
    private final PrintStream err;
    private final Progress form;
    private final InstantSource clock;
    private Instant next = Instant.MIN;
    private int candidate = -1;
    private long ended;

    EvalProgress(EvalOptions options, Terminal terminal, InstantSource clock) {
        this.options = options;
        this.err = terminal.err();
        this.form = options.progress().on(terminal);
        this.clock = clock;
    }

    /** Said whatever the form: from now on money is spent and text leaves the machine. */
    synchronized void starting(CostEstimate estimate) {
        CostRange cost = estimate.cost();
        if (form == Progress.JSONL) {
            err.println(Json.obj()
                    .with("event", "starting")
                    .with("examples", options.examples().size())
                    .with("candidates", Json.strings(names()))
                    .with("expectedPicoUsd", cost.expected().picoUsd())
                    .with("worstPicoUsd", cost.worst().picoUsd())
                    .with("budgetPicoUsd", options.budget().picoUsd())
                    .write());
            return;
        }
        err.println(
                "cadre: %d examples on %s; what is left is expected to cost %s, at most %s; budget %s; their text goes to the model provider"
                        .formatted(
                                options.examples().size(),
                                String.join(", ", names()),
                                cost.expected(),
                                cost.worst(),
                                options.budget()));
        if (options.lane() == Lane.BATCH) {
            err.println(
                    "cadre: batches are answered within a day, those of one tier after those of another; they go on after"
                            + " Ctrl-C, and the same command collects them");
        }
    }

    private Iterable<String> names() {
        return options.candidates().stream().map(Object::toString).collect(Collectors.toList());
    }

    @Override
    public synchronized void on(RunEvent event) {
        switch (event) {
            case RunEvent.RunStarted started -> {
                candidate++;
                ended = 0;
            }
            case RunEvent.SubtaskEnded one -> {
                ended++;
                told(one);
            }
            default -> {}
        }
    }

    private void told(RunEvent.SubtaskEnded one) {
        String name = options.candidates()
                .get(Math.min(Math.max(candidate, 0), options.candidates().size() - 1))
                .toString();
        switch (form) {
            case JSONL ->
                err.println(Json.obj()
                        .with("event", "example")
                        .with("candidate", name)
                        .with("succeeded", one.outcome().isSucceeded())
                        .with("ended", ended)
                        .write());
            case PLAIN, LIVE -> {
                if (!clock.instant().isBefore(next)) {
                    next = clock.instant().plus(PAUSE);
                    err.println("%s: %d of %d examples ended"
                            .formatted(name, ended, options.examples().size()));
                }
            }
            case AUTO, OFF -> {}
        }
    }
}
