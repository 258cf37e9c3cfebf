// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.budget.LedgerState;
import dev.cadre.schedule.RunCommand;
import dev.cadre.schedule.RunInput;
import dev.cadre.schedule.RunParts;
import dev.cadre.task.GraphNode;
import dev.cadre.task.RunFailure;
import dev.cadre.worker.RungEnd;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The parts of a run whose graph was written by hand. */
final class GraphParts implements RunParts {
    private final Run run;
    private final List<GraphNode> nodes;

    GraphParts(Run run, List<GraphNode> nodes) {
        this.run = run;
        this.nodes = nodes;
    }

    @Override
    public RunInput.PlanEnded plan(Consumer<RunInput> inbox) {
        inbox.accept(new RunInput.Admitted(nodes));
        return new RunInput.PlanEnded(List.of());
    }

    @Override
    public RunInput.PlanEnded plan(RunCommand.StartRound round, Consumer<RunInput> inbox) {
        throw new IllegalStateException("a graph by hand is not planned again");
    }

    @Override
    public RungEnd perform(RunCommand.StartRung rung) throws InterruptedException {
        return run.perform(rung, run.deadline());
    }

    @Override
    public Optional<Merging> merging() {
        return Optional.empty();
    }

    @Override
    public RunFailure failure(RunFailure.Kind kind, Throwable thrown) {
        return run.describe(kind, thrown);
    }

    @Override
    public LedgerState money() {
        return run.money();
    }
}
