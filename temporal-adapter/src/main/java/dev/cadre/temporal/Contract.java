// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;
import io.temporal.workflow.QueryMethod;
import io.temporal.workflow.SignalMethod;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a cluster is asked for. The names stand in histories; the SDK demands public interfaces, which nobody else sees here. */
final class Contract {
    static final String RUN = "cadre-run";
    static final String CANCEL = "cadre-cancel";
    static final String SAY = "cadre-say";
    static final String PROGRESS = "cadre-progress";
    static final String QUESTIONS = "cadre-questions";
    static final String RESULT = "cadre-result";
    static final String RUNG = "cadre-rung";
    static final String PLAN = "cadre-plan";
    static final String MERGE = "cadre-merge";
    static final String BULK = "cadre-bulk";
    static final String INPUTS = "cadre-bulk-inputs";
    static final String ITEMS = "cadre-bulk-items";

    private Contract() {}

    /** A run as a workflow. */
    @WorkflowInterface
    public interface RunWorkflow {
        /** Runs a graph or a goal to its end; the input travels by itself, because every activity has it, too. */
        @WorkflowMethod(name = RUN)
        Wire.Ended run(Wire.Start start, String input);

        /** Stops the run: what is under way is interrupted and booked. */
        @SignalMethod(name = CANCEL)
        void cancel();

        /** Answers what is waited for; what nobody waits for is passed over. Null if the signal has no argument. */
        @SignalMethod(name = SAY)
        void say(Wire.@Nullable Said said);

        /** What is waited for. */
        @QueryMethod(name = QUESTIONS)
        List<Wire.Question> questions();

        /** How far it has come. */
        @QueryMethod(name = PROGRESS)
        Wire.Progress progress();

        /** The result once it is there, which a workflow that was cancelled returns to nobody. */
        @QueryMethod(name = RESULT)
        Wire.@Nullable Ended result();
    }

    /** A bulk run as a workflow, in one history after the other. */
    @WorkflowInterface
    public interface BulkRunWorkflow {
        /**
         * Takes inputs until there are no more, or the run is to go on in another history.
         *
         * @param carry what an earlier history leaves; null in the first one
         * @param ended the items of that history, for who reads them there; null in the first one
         */
        @WorkflowMethod(name = BULK)
        Wire.BulkEnded run(Wire.BulkStart start, Wire.@Nullable BulkCarry carry, Wire.@Nullable BulkPage ended);

        /** Further inputs; those that it has are passed over. */
        @SignalMethod(name = INPUTS)
        void inputs(Wire.BulkInputs more);

        /** Stops the run: what is under way is interrupted and booked. */
        @SignalMethod(name = CANCEL)
        void cancel();

        /** How far it has come. */
        @QueryMethod(name = PROGRESS)
        Wire.Progress progress();

        /** Items that have ended in this history, from the one of this number on. */
        @QueryMethod(name = ITEMS)
        Wire.BulkNews items(int from);

        /** The result once it is there, which a workflow that was cancelled returns to nobody. */
        @QueryMethod(name = RESULT)
        Wire.@Nullable BulkEnded result();
    }

    /** One rung as an activity. */
    @ActivityInterface
    public interface RungActivity {
        /**
         * Performs a rung.
         *
         * @param graphInput of the graph, by itself because all rungs of a run have the same one; empty where the
         *     order names the type
         * @param input of the subtask or item
         */
        @ActivityMethod(name = RUNG)
        Wire.Performed perform(Wire.Order order, String graphInput, String input);
    }

    /** Planner and merger as activities. */
    @ActivityInterface
    public interface GoalActivity {
        /** Plans a round. */
        @ActivityMethod(name = PLAN)
        Wire.Planned plan(Wire.PlanOrder order, String goalInput);

        /** Merges, and asks the rules of the goal. */
        @ActivityMethod(name = MERGE)
        Wire.MergeDone merge(Wire.MergeOrder order, String goalInput);
    }
}
