// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.event.RunEvent;
import dev.cadre.task.Outcome;

/** Counts what a run has done, for whoever asks while it is under way. Belongs to a workflow. */
final class Tally {
    private String state = "RUNNING";
    private int admitted;
    private int succeeded;
    private int failed;
    private int skipped;

    void on(RunEvent event) {
        switch (event) {
            case RunEvent.SubtaskAdmitted subtask -> admitted++;
            case RunEvent.SubtaskEnded ended -> count(ended.outcome());
            default -> {}
        }
    }

    private void count(Outcome<?> outcome) {
        switch (outcome) {
            case Outcome.Succeeded<?> success -> succeeded++;
            case Outcome.Failed<?> failure -> failed++;
            case Outcome.Skipped<?> skip -> skipped++;
        }
    }

    void state(String changed) {
        state = changed;
    }

    Wire.Progress progress(int running, int waiting, Allotments money, long sinceStartNanos) {
        return new Wire.Progress(
                state,
                admitted,
                running,
                waiting,
                succeeded,
                failed,
                skipped,
                money.spent().settled().picoUsd(),
                money.spent().forfeited().picoUsd(),
                money.state().outstanding().picoUsd(),
                money.state().limit().picoUsd(),
                sinceStartNanos);
    }
}
