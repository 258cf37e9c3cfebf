// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import dev.cadre.budget.LedgerState;
import dev.cadre.merge.Merged;
import dev.cadre.merge.SubtaskOutcome;
import dev.cadre.task.RunFailure;
import dev.cadre.worker.RungEnd;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** What a {@link LocalRunner} runs on threads of their own. Every method but {@link #money()} may block and spend money. */
public interface RunParts {
    /** Plans: posts {@link RunInput.Admitted} as it goes, and returns how the plan ended. */
    RunInput.PlanEnded plan(Consumer<RunInput> inbox) throws InterruptedException;

    /** Plans another round: posts {@link RunInput.Admitted} as it goes, and returns how the round ended. */
    RunInput.PlanEnded plan(RunCommand.StartRound round, Consumer<RunInput> inbox) throws InterruptedException;

    /** Performs one rung. */
    RungEnd perform(RunCommand.StartRung rung) throws InterruptedException;

    /** Makes the answer from the outcomes. */
    @FunctionalInterface
    interface Merging {
        /**
         * The answer, and what the rules of the goal say of it; may block and spend money.
         *
         * @param made is told of the answer before a rule is asked about it: it stands whatever becomes of the rule
         */
        RunInput.MergeEnded merge(List<SubtaskOutcome> outcomes, Consumer<Merged<?>> made) throws InterruptedException;
    }

    /** The merging of this run; empty if a subtask has the answer. Does not block. */
    Optional<Merging> merging();

    /** What a failure of the plan or the merge makes of the run. */
    RunFailure failure(RunFailure.Kind kind, Throwable thrown);

    /** The run's money at this moment. Does not block. */
    LedgerState money();
}
