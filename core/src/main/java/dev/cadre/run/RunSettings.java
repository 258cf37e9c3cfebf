// SPDX-License-Identifier: Apache-2.0
package dev.cadre.run;

import dev.cadre.budget.Budget;
import dev.cadre.cache.OutcomeCache;
import dev.cadre.event.RunListener;
import dev.cadre.pool.ModelPools;
import dev.cadre.record.Fingerprints;
import dev.cadre.record.RunCache;
import dev.cadre.redact.FaultLog;
import dev.cadre.schedule.RungThreads;
import dev.cadre.task.Limits;
import dev.cadre.task.RunClock;
import java.time.Duration;
import java.util.Optional;

/**
 * The settings of every run of one coordinator. Immutable.
 *
 * @param listener the user's listeners and the log of exceptions of user code; throws nothing but errors
 * @param faults the log of exceptions that user code throws and that no event reports
 * @param failFast whether the first failure of a required subtask interrupts the rest
 * @param cache the outcome cache, if there is one
 * @param depth how many runs the run is nested in; 0 for an outermost one
 */
public record RunSettings(
        ModelPools pools,
        Limits limits,
        RunListener listener,
        FaultLog faults,
        boolean failFast,
        RunClock clock,
        Optional<OutcomeCache> cache,
        int depth) {

    /** The same with another outcome cache, or none. */
    public RunSettings with(Optional<OutcomeCache> other) {
        return new RunSettings(pools, limits, listener, faults, failFast, clock, other, depth);
    }

    /** The outcome cache as a run with these threads uses it, if there is one. */
    public Optional<RunCache> cache(Fingerprints fingerprints, String form, RungThreads threads) {
        return cache.map(shared -> new RunCache(shared, fingerprints, form, faults, threads));
    }

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
                cache.or(outer::cache),
                outer.depth() + 1);
    }

    /** The time that a run has: of its budget, else of the limits. */
    public Duration time(Budget budget) {
        return budget.deadline().orElse(limits.deadline());
    }

    /** A text without the keys of the clients of its pools. */
    public String masked(String text) {
        return pools.masked(text);
    }

    /** A listener that passes events on without the keys of the clients. */
    public RunListener masking(RunListener heard) {
        return event -> heard.on(event.maskedBy(this::masked));
    }

    /** A clock for one run. */
    public SteadyClock steadyClock() {
        return new SteadyClock(clock, thrown -> faults.warn("clock", thrown));
    }
}
