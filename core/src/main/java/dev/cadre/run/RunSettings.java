// SPDX-License-Identifier: Apache-2.0
package dev.cadre.run;

import dev.cadre.budget.Budget;
import dev.cadre.event.RunListener;
import dev.cadre.pool.ModelPools;
import dev.cadre.redact.FaultLog;
import dev.cadre.task.Limits;
import dev.cadre.task.RunClock;
import java.time.Duration;

/**
 * The settings of every run of one coordinator. Immutable.
 *
 * @param listener the user's listeners and the log of exceptions of user code; throws nothing but errors
 * @param faults the log of exceptions that user code throws and that no event reports
 * @param failFast whether the first failure of a required subtask interrupts the rest
 * @param depth how many runs the run is nested in; 0 for an outermost one
 */
public record RunSettings(
        ModelPools pools,
        Limits limits,
        RunListener listener,
        FaultLog faults,
        boolean failFast,
        RunClock clock,
        int depth) {

    /** The same for a run that is nested in the work of another one. */
    public RunSettings nestedIn(Nesting outer) {
        int left = Math.min(limits.maxNesting(), outer.nestingLeft() - 1);
        return new RunSettings(
                pools,
                limits.withMaxNesting(left),
                listener.and(outer::tell),
                faults,
                failFast,
                clock,
                outer.depth() + 1);
    }

    /** The time that a run has: of its budget, else of the limits. */
    public Duration time(Budget budget) {
        return budget.deadline().orElse(limits.deadline());
    }

    /** A clock for one run. */
    public SteadyClock steadyClock() {
        return new SteadyClock(clock, thrown -> faults.warn("clock", thrown));
    }
}
