// SPDX-License-Identifier: Apache-2.0
package dev.cadre.run;

import dev.cadre.event.RunEvent;
import dev.cadre.event.RunListener;
import dev.cadre.redact.FaultLog;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;

/** Logs what the user's own code threw in a run, from the events of the run. Safe for use by many threads. */
public final class FaultReporter implements RunListener {
    private final FaultLog log;

    public FaultReporter(FaultLog log) {
        this.log = log;
    }

    @Override
    public void on(RunEvent event) {
        if (event instanceof RunEvent.ToolFailed failed) {
            log.warn("tool '%s'".formatted(failed.tool()), failed.thrown());
        } else if (event instanceof RunEvent.RungEnded rung && rung.failure() != null) {
            report(rung.failure());
        } else if (event instanceof RunEvent.SubtaskEnded ended
                && ended.outcome() instanceof Outcome.Failed<?> failed) {
            report(failed.failure()); // of one whose input could not be made no rung has reported
        }
    }

    private void report(Failure failure) {
        failure.place().ifPresent(place -> failure.cause().ifPresent(thrown -> log.warn(place, thrown)));
    }
}
