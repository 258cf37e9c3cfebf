// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.EngineGoal;
import dev.cadre.EngineMoney;
import dev.cadre.EngineNeeds;
import dev.cadre.merge.SubtaskOutcome;
import dev.cadre.schedule.RunCommand;
import dev.cadre.schema.JsonType;
import dev.cadre.task.RunFailure;
import io.temporal.workflow.Workflow;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Planner and merger of a run of a goal. Belongs to the thread of the workflow. */
final class GoalFlow {
    private final PlanFlow plan;
    private final MergeFlow merges;

    private GoalFlow(PlanFlow plan, MergeFlow merges) {
        this.plan = plan;
        this.merges = merges;
    }

    /** Whether a run of a goal can begin. */
    sealed interface Funding {}

    /** It cannot. */
    record Refused(RunFailure why) implements Funding {}

    /** It can, with this set aside. */
    record Funded(EngineGoal<?> goal, JsonType<?> form, EngineNeeds needs, EngineMoney setAside) implements Funding {
        GoalFlow flow(RunFrame<?> frame, ActivityCalls calls, RunDesk desk) {
            return new GoalFlow(
                    new PlanFlow(frame, calls, goal, needs, setAside, desk),
                    new MergeFlow(frame, calls, form, needs, setAside, desk));
        }
    }

    /** Sets aside what planner and merger say that they need; that stands in the history. */
    static <R> Funding funding(RunFrame<R> frame, Asked.ForGoal<R> asked) {
        var goal = new EngineGoal<>(frame.registry().coordinator(), asked.goal());
        Wire.Needs said = Workflow.sideEffect(
                Wire.Needs.class, () -> Plans.needs(goal.needs(frame.runId(), frame.limit(), frame.time())));
        if (said.fault() != null) {
            return new Refused(Faults.read(said.fault()));
        }
        EngineNeeds needs = Plans.needs(said);
        Optional<RunFailure> tooSmall =
                needs.tooSmall(frame.limit(), frame.money().state());
        return tooSmall.<Funding>map(Refused::new)
                .orElseGet(() -> new Funded(
                        goal, asked.form(), needs, needs.setAside(frame.money().run(), frame.limit())));
    }

    // --- the planner

    void first() {
        plan.first();
    }

    void next(RunCommand.StartRound round) {
        plan.next(round);
    }

    void stopPlanner() {
        plan.stop();
    }

    void planned(Wire.@Nullable Planned report, Wire.@Nullable Lost lost) {
        plan.ended(report, lost);
    }

    // --- the merger

    void merge(List<SubtaskOutcome> outcomes) {
        merges.want(outcomes);
    }

    void merged(Wire.@Nullable MergeDone report, Wire.@Nullable Lost lost) {
        merges.ended(report, lost);
    }

    /** Interrupts the merger; when that has ended, the run is told that it was cancelled. False if nothing is merged. */
    boolean cancelsMerge() {
        if (!merges.isMerging()) {
            return false;
        }
        merges.cancel();
        return true;
    }

    // --- people

    Stream<Wire.Question> questions() {
        return Stream.concat(plan.question().stream(), merges.question().stream());
    }

    /** False if nobody waits for that. */
    boolean said(Wire.Said said) {
        boolean isOfPlan = plan.said(said);
        return merges.said(said) || isOfPlan;
    }

    // --- both

    /** Whether planner or merger is about to be asked. */
    boolean isWanting() {
        return plan.isWanted() || merges.isWanted();
    }

    void startWanted() {
        plan.startWanted();
        merges.startWanted();
    }
}
