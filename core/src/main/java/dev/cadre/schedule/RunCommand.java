// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import dev.cadre.event.RunEvent;
import dev.cadre.merge.SubtaskOutcome;
import dev.cadre.model.Tier;
import dev.cadre.task.Missing;
import dev.cadre.task.SubtaskType;
import java.util.List;

/** What a {@link RunMachine} wants done. */
public sealed interface RunCommand {
    /**
     * Starts a rung on a thread of its own.
     *
     * @param evidence an earlier rung's answer that was not accepted, and why; empty if there was none
     * @param order the place in plan order, for turn-taking in a pool
     */
    record StartRung(RungId id, SubtaskType<?, ?> type, Object input, Tier tier, String evidence, long order)
            implements RunCommand {
        /** Whether an earlier rung's answer was not accepted. */
        public boolean isEscalated() {
            return !evidence.isEmpty();
        }
    }

    /**
     * Asks for an earlier outcome on a thread of its own, because that calls the user's code.
     *
     * @param id the rung that would be the first
     */
    record StartRecall(RungId id, SubtaskType<?, ?> type, Object input) implements RunCommand {}

    /**
     * Interrupts everything under way; at most once in a run.
     *
     * @param planner whether the planner is
     * @param rungs all that are, in the order in which they started, and those that are recalled
     */
    record StopWork(boolean planner, List<RungId> rungs) implements RunCommand {
        public StopWork {
            rungs = List.copyOf(rungs);
        }
    }

    /**
     * Interrupts work that is not needed any more, while the rest goes on; each rung still ends, as one that is stopped does.
     *
     * @param rungs in the order in which they started, and those that are recalled
     */
    record DropWork(List<RungId> rungs) implements RunCommand {
        public DropWork {
            rungs = List.copyOf(rungs);
        }
    }

    /**
     * Asks the planner again, as what has become of its plan is not enough, or takes what an earlier session took in this
     * round.
     *
     * @param round 1 for the first time
     * @param outcomes of all subtasks, in plan order
     * @param undone what did not succeed and has nobody in its place, in plan order
     * @param lost what else the plan lacks: subtasks that could not be taken, or why the planner broke off
     * @param rejected the rule of the goal that the merged answer did not pass; empty if no answer was rejected
     * @param isNeeded whether anything is wrong that a further subtask may mend; if not, nothing but what is on record of
     *     this round is wanted
     */
    record StartRound(
            int round,
            List<SubtaskOutcome> outcomes,
            List<Missing> undone,
            List<String> lost,
            String rejected,
            boolean isNeeded)
            implements RunCommand {
        public StartRound {
            lost = List.copyOf(lost);
            outcomes = List.copyOf(outcomes);
            undone = List.copyOf(undone);
        }
    }

    /** Starts the merge of the outcomes, which are in plan order. */
    record StartMerge(List<SubtaskOutcome> outcomes) implements RunCommand {}

    /** Tells the listener. */
    record Tell(RunEvent event) implements RunCommand {}

    /** The run has ended. The last command. */
    record Finish(RunEnding ending) implements RunCommand {}
}
