// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import dev.cadre.task.ParallelLimit;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/**
 * The parallel limits of which the work on a thread holds a permit, or the work around its run does: a call that needs
 * one of them would wait for itself. Immutable.
 *
 * <p>It belongs to a thread because the code of a user starts its runs by itself; it goes along from there to the threads
 * of the run. A thread that the user's code makes has none.
 */
public final class HeldLimits {
    private static final HeldLimits NONE = new HeldLimits(Set.of());
    private static final ThreadLocal<HeldLimits> HERE = new ThreadLocal<>();

    /** Work that returns a value or throws this exception. */
    @FunctionalInterface
    public interface Work<T, E extends Exception> {
        T perform() throws E;
    }

    private final Set<ParallelLimit> limits;

    private HeldLimits(Set<ParallelLimit> limits) {
        this.limits = limits;
    }

    /** Those of the calling thread. */
    public static HeldLimits here() {
        HeldLimits held = HERE.get();
        return held == null ? NONE : held;
    }

    /** Performs work on the calling thread as work that holds these. */
    public <T, E extends Exception> T during(Work<T, E> work) throws E {
        HeldLimits before = HERE.get();
        HERE.set(this);
        try {
            return work.perform();
        } finally {
            if (before == null) {
                HERE.remove();
            } else {
                HERE.set(before);
            }
        }
    }

    /** These and another one. */
    HeldLimits and(ParallelLimit limit) {
        Set<ParallelLimit> more = Collections.newSetFromMap(new IdentityHashMap<>());
        more.addAll(limits);
        more.add(limit);
        return new HeldLimits(more);
    }

    boolean contain(ParallelLimit limit) {
        return limits.contains(limit);
    }
}
