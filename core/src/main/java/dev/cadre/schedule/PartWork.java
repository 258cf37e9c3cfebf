// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import dev.cadre.merge.Merged;
import dev.cadre.task.AwaitedException;
import dev.cadre.task.RunFailure;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The ends of the work of planner and merger, as a {@link RunMachine} is told of them, wherever that is driven. Public for
 * engines; it carries no compatibility promise.
 */
public final class PartWork {
    /** The planner as the machine knows it. */
    public static final String PLANNER = "planner";

    /** The merger as the machine knows it. */
    public static final String MERGER = "merger";

    private PartWork() {}

    /** Work of planner or merger. */
    @FunctionalInterface
    public interface Work {
        RunInput perform() throws InterruptedException;
    }

    /**
     * Plans on the calling thread.
     *
     * @param failure what something thrown makes of the run
     */
    public static RunInput plan(Work planning, BiFunction<RunFailure.Kind, Throwable, RunFailure> failure) {
        try {
            return planning.perform();
        } catch (AwaitedException e) {
            return new RunInput.Awaited(PLANNER, e.what());
        } catch (Throwable e) { // an Error in the planner must end the run, not hang it
            return RunDriver.isCancel(e)
                    ? planCancelled(RunDriver.interruptedIn())
                    : new RunInput.PlanFailed(failure.apply(RunFailure.Kind.PLANNER_FAILED, e));
        }
    }

    /** The planner was interrupted, in this. */
    public static RunInput planCancelled(String place) {
        return new RunInput.PlanFailed(RunFailure.of(RunFailure.Kind.CANCELLED, "the planner was interrupted"), place);
    }

    /** The planner's thread broke. */
    static RunInput planBroken(String message) {
        return new RunInput.PlanFailed(RunFailure.of(RunFailure.Kind.PLANNER_FAILED, message));
    }

    /** The planner ignored its interrupt, and nobody waits for it any more. */
    public static RunInput planLeftBehind(RunDriver.Stuck stuck) {
        return new RunInput.PlanFailed(
                RunFailure.of(RunFailure.Kind.PLANNER_FAILED, "the planner ignored its interrupt and was left behind"),
                stuck.place());
    }

    /** Merges on the calling thread. */
    public static RunInput merge(Work merging, BiFunction<RunFailure.Kind, Throwable, RunFailure> failure) {
        try {
            return merging.perform();
        } catch (AwaitedException e) {
            return new RunInput.Awaited(MERGER, e.what());
        } catch (Throwable e) { // as above
            return RunDriver.isCancel(e)
                    ? mergeCancelled(RunDriver.interruptedIn())
                    : new RunInput.MergeFailed(failure.apply(RunFailure.Kind.MERGE_FAILED, e));
        }
    }

    /** The merger was interrupted, in this: its time was up. */
    public static RunInput mergeCancelled(String place) {
        return new RunInput.MergeFailed(
                RunFailure.of(RunFailure.Kind.DEADLINE, "the merge was interrupted" + in(place)));
    }

    /** The merger's thread broke. */
    static RunInput mergeBroken(String message) {
        return new RunInput.MergeFailed(RunFailure.of(RunFailure.Kind.MERGE_FAILED, message));
    }

    /**
     * The merger, or a rule of the goal, ignored its interrupt.
     *
     * @param made the answer, if it was there already: it stands whatever becomes of the rules
     */
    public static RunInput mergeLeftBehind(@Nullable Merged<?> made, RunDriver.Stuck stuck) {
        return made == null
                ? new RunInput.MergeFailed(RunFailure.of(
                        RunFailure.Kind.DEADLINE,
                        "the merger ignored its interrupt and was left behind" + in(stuck.place())))
                : new RunInput.MergeEnded(
                        made,
                        new RunInput.Judgement.Unjudged(
                                stuck.place() + " did not end in time: it ignored its interrupt and was left behind"));
    }

    private static String in(String place) {
        return place.isEmpty() ? "" : " while in " + place;
    }
}
