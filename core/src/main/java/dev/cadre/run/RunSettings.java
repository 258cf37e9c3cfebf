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
 */
public record RunSettings(
        ModelPools pools, Limits limits, RunListener listener, FaultLog faults, boolean failFast, RunClock clock) {

    /** The time that a run has: of its budget, else of the limits. */
    public Duration time(Budget budget) {
        return budget.deadline().orElse(limits.deadline());
    }

    /** A clock for one run. */
    public SteadyClock steadyClock() {
        return new SteadyClock(clock, thrown -> faults.warn("clock", thrown));
    }
}
