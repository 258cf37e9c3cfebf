// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.event.RunListener;
import dev.cadre.plan.PlanProgress;
import dev.cadre.plan.PlannedSubtask;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.schedule.PartWork;
import dev.cadre.schedule.RunDriver;
import dev.cadre.schedule.RunInput;
import dev.cadre.task.Failure;
import dev.cadre.task.RunFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One round of planning a goal for a run that an engine drives, performed in this process as {@link Coordinator} performs its
 * own, plan review included. Good for one call of {@link #perform}.
 *
 * <p>Public for engines; it carries no compatibility promise.
 */
public final class EnginePlanning {
    private final GoalPlanning planning;
    private final Round round;
    private final EngineMeans means;
    private final EngineDrive drive;

    // by the thread that waits
    private final List<PlannedSubtask> admitted = new ArrayList<>();
    private final List<String> noted = new ArrayList<>();
    private @Nullable PlanProposal proposal;

    /**
     * What is to be planned.
     *
     * @param before what the rounds before took, in their order
     * @param progress what has become of that; {@link PlanProgress#NONE} for the first plan
     * @param isNeeded whether anything is wrong that a further subtask may mend
     * @param proposal a plan of this round that was made before and is to be decided on, so that nobody is asked for it
     */
    public record Round(
            List<PlannedSubtask> before, PlanProgress progress, boolean isNeeded, Optional<PlanProposal> proposal) {
        public Round {
            before = List.copyOf(before);
        }
    }

    /**
     * The money of the run around it.
     *
     * @param limit the most that the run may spend
     * @param free what is free, the allotment included: a tier policy is told of it
     * @param planned what the plan has cost before
     */
    public record Funds(Money limit, Money free, Spend planned) {}

    /**
     * What came of it.
     *
     * @param admitted the subtasks that were handed over, for good, in their order
     * @param noted what was wrong with a plan whose planner failed
     * @param end how it ended, for the machine
     * @param proposal the plan that waits for a decision, if it does
     * @param spend all that was booked for it
     * @param abandoned the name of its thread, if that ignored its interrupt
     * @param isTimeUp whether it was interrupted because its time was up
     */
    @SuppressWarnings("exports") // for the library's own modules
    public record Planned(
            List<PlannedSubtask> admitted,
            List<String> noted,
            RunInput end,
            Optional<PlanProposal> proposal,
            Spend spend,
            Optional<String> abandoned,
            boolean isTimeUp) {
        public Planned {
            admitted = List.copyOf(admitted);
            noted = List.copyOf(noted);
        }
    }

    /** A round for a run with this id. */
    public EnginePlanning(
            Coordinator coordinator,
            Goal<?> goal,
            String runId,
            Round round,
            Funds funds,
            EngineRung.Terms terms,
            RunListener events) {
        this.round = round;
        BudgetGuard free = Budget.of(funds.free().atLeast(terms.allotment())).open();
        drive = new EngineDrive(coordinator, runId, terms, free, events);
        var deadline = terms.sinceStart().plus(terms.time());
        means = new EngineMeans(
                coordinator,
                runId,
                drive,
                funds.limit(),
                free,
                free.cap(terms.allotment()),
                funds.planned(),
                deadline,
                round.proposal(),
                new Heard());
        planning = new GoalPlanning(coordinator, means, goal, coordinator.planner(), deadline, null);
    }

    /**
     * Plans. Blocks until it has ended or was left behind; spends money. Interrupts are as for {@link EngineRung#perform}.
     *
     * @param goesOn asked on the calling thread once a pulse
     */
    public Planned perform(BooleanSupplier goesOn) {
        var work = new EngineDrive.Work<>(this::planned, EnginePlanning::broken, PartWork::planLeftBehind);
        EngineDrive.Ended<RunInput> ended = drive.perform(
                PartWork.PLANNER, work, started -> drive.driver().startVirtual(PartWork.PLANNER, started), goesOn);
        return new Planned(
                admitted,
                noted,
                ended.end(),
                Optional.ofNullable(proposal),
                ended.spend(),
                ended.abandoned(),
                ended.isTimeUp());
    }

    private RunInput planned() {
        return PartWork.plan(
                () -> planning.after(round.before(), round.progress(), round.isNeeded(), this::heard), means::describe);
    }

    private static RunInput broken(Throwable thrown) {
        return new RunInput.PlanFailed(
                RunFailure.of(RunFailure.Kind.PLANNER_FAILED, "its thread broke: " + Failure.describe(thrown)));
    }

    /** On the planner's thread. */
    private final class Heard implements EngineMeans.Ear {
        @Override
        public void admitted(PlannedSubtask planned) {
            post(() -> admitted.add(planned));
        }

        @Override
        public void proposed(PlanProposal waiting) {
            post(() -> proposal = waiting);
        }
    }

    /** What is admitted is known as it was planned. */
    private void heard(RunInput input) {
        if (input instanceof RunInput.PlanNoted(List<String> defects)) {
            post(() -> noted.addAll(defects));
        }
    }

    private void post(Runnable word) {
        if (!RunDriver.isLeftBehind()) {
            drive.post(word);
        }
    }
}
