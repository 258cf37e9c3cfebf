// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.event.RunListener;
import dev.cadre.merge.Merged;
import dev.cadre.merge.SubtaskOutcome;
import dev.cadre.price.Spend;
import dev.cadre.schedule.PartWork;
import dev.cadre.schedule.RunDriver;
import dev.cadre.schedule.RunInput;
import dev.cadre.task.Failure;
import dev.cadre.task.RunFailure;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One merge of a goal for a run that an engine drives, performed in this process as {@link Coordinator} performs its own, the
 * rules of the goal included. Good for one call of {@link #perform}.
 *
 * <p>Public for engines; it carries no compatibility promise.
 */
public final class EngineMerge<R> {
    private final GoalMerging<R> merging;
    private final List<SubtaskOutcome> outcomes;
    private final EngineMeans means;
    private final EngineDrive drive;

    // by the thread that waits
    private @Nullable Merged<R> made;

    /**
     * What came of it.
     *
     * @param end how it ended, for the machine
     * @param spend all that was booked for it
     * @param abandoned the name of its thread, if that ignored its interrupt
     */
    @SuppressWarnings("exports") // for the library's own modules
    public record Done(RunInput end, Spend spend, Optional<String> abandoned) {}

    /** A merge for a run with this id of outcomes in plan order. */
    public EngineMerge(
            Coordinator coordinator,
            Goal<R> goal,
            String runId,
            List<SubtaskOutcome> outcomes,
            EngineRung.Terms terms,
            RunListener events) {
        this.outcomes = List.copyOf(outcomes);
        BudgetGuard money = Budget.of(terms.allotment()).open();
        drive = new EngineDrive(coordinator, runId, terms, money, events);
        means = new EngineMeans(
                coordinator,
                runId,
                drive,
                terms.allotment(),
                money,
                money,
                Spend.NONE,
                terms.sinceStart().plus(terms.time()),
                Optional.empty(),
                EngineMeans.Ear.NOTHING);
        merging = new GoalMerging<>(means, goal);
    }

    /**
     * Merges. Blocks until it has ended or was left behind; spends money. Interrupts are as for {@link EngineRung#perform}.
     *
     * @param goesOn asked on the calling thread once a pulse
     */
    public Done perform(BooleanSupplier goesOn) {
        var work = new EngineDrive.Work<>(
                this::merged, EngineMerge::broken, stuck -> PartWork.mergeLeftBehind(made, stuck));
        EngineDrive.Ended<RunInput> ended = drive.perform(
                PartWork.MERGER, work, started -> drive.driver().startVirtual(PartWork.MERGER, started), goesOn);
        return new Done(ended.end(), ended.spend(), ended.abandoned());
    }

    private RunInput merged() {
        return PartWork.merge(
                () -> {
                    Merged<R> answer = merging.merge(
                            outcomes,
                            means.guard(),
                            means.attempts(),
                            new RunMergeParts(Optional.empty(), means.attempts(), means::attempts));
                    noteMade(answer);
                    return merging.judged(answer);
                },
                means::describe);
    }

    private void noteMade(Merged<R> answer) {
        if (!RunDriver.isLeftBehind()) {
            drive.post(() -> made = answer);
        }
    }

    private static RunInput broken(Throwable thrown) {
        return new RunInput.MergeFailed(
                RunFailure.of(RunFailure.Kind.MERGE_FAILED, "its thread broke: " + Failure.describe(thrown)));
    }
}
