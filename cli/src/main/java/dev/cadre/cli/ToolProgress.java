// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.event.RunEvent;
import dev.cadre.event.RunListener;
import java.util.function.Consumer;

/** Says in a line each how far a search is. */
final class ToolProgress implements RunListener {
    private final Consumer<String> lines;
    private int admitted;
    private int ended;

    ToolProgress(Consumer<String> lines) {
        this.lines = lines;
    }

    /** The code base was read and indexed. */
    void opened(int files) {
        lines.accept("read %d files".formatted(files));
    }

    @Override
    public void on(RunEvent event) {
        switch (event) {
            case RunEvent.RunStarted started -> lines.accept("planning");
            case RunEvent.SubtaskAdmitted one -> admitted++;
            case RunEvent.SubtaskEnded one -> {
                ended++;
                lines.accept(TextOutput.visible("subtask %d of %d: %s %s"
                        .formatted(
                                ended, admitted, one.subtaskId(), one.outcome().reason())));
            }
            case RunEvent.PlanningAgain again -> lines.accept("planning again, round " + again.round());
            case RunEvent.MergeStarted started -> lines.accept("merging");
            case RunEvent.CacheHit other -> {}
            case RunEvent.AttemptStarted other -> {}
            case RunEvent.AttemptEnded other -> {}
            case RunEvent.ModelShutsDown other -> {}
            case RunEvent.CeilingLowered other -> {}
            case RunEvent.BudgetBreached other -> {}
            case RunEvent.ToolFailed other -> {}
            case RunEvent.WorkAbandoned other -> {}
            case RunEvent.CodeRetried other -> {}
            case RunEvent.CodeSpent other -> {}
            case RunEvent.Nested other -> {}
            case RunEvent.PlanEnded other -> {}
            case RunEvent.Joined other -> {}
            case RunEvent.RungStarted other -> {}
            case RunEvent.RungEnded other -> {}
            case RunEvent.RunEnded other -> {}
        }
    }
}
