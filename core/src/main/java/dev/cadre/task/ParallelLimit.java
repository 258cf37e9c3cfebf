// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * How many calls of plain code may be under way at once in this process: the connections of a database, the sessions of a
 * server. Types that use the same thing share one limit; every run, fan-out and bulk of such a type counts. Who comes first
 * is served first. Safe for use by many threads.
 *
 * <p>Code that is left behind keeps its permit until it really ends.
 *
 * <p>Code that holds a permit and starts a run cannot use the same limit within that run: such a call is refused at once,
 * also if a permit is free, because as many callers as there are permits would wait for each other. Give the types within
 * the run another limit. A run that the code starts on a thread of its own making is not known to be within it, and may
 * wait until a deadline ends it.
 */
public final class ParallelLimit {
    private final int calls;
    private final Semaphore permits;

    private ParallelLimit(int calls) {
        this.calls = calls;
        permits = new Semaphore(calls, true);
    }

    /**
     * A limit of its own, that nobody uses yet.
     *
     * @throws IllegalArgumentException if it is less than 1
     */
    public static ParallelLimit of(int calls) {
        if (calls < 1) {
            throw new IllegalArgumentException("a parallel limit must be at least 1, not " + calls);
        }
        return new ParallelLimit(calls);
    }

    /** The most calls at a time. */
    public int calls() {
        return calls;
    }

    /**
     * Waits for a permit, at most so long. Blocks.
     *
     * @return empty if there was none in that time
     * @throws InterruptedException if the thread is interrupted; it holds no permit then
     */
    public Optional<Permit> acquire(Duration atMost) throws InterruptedException {
        return permits.tryAcquire(TimeUnit.NANOSECONDS.convert(atMost), TimeUnit.NANOSECONDS)
                ? Optional.of(new Permit(permits))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return "ParallelLimit[%d of %d free]".formatted(permits.availablePermits(), calls);
    }

    /** The right to one call. It must be closed when the call has ended, by any thread; closing it again does nothing. */
    public static final class Permit implements AutoCloseable {
        private final Semaphore permits;
        private final AtomicBoolean closed = new AtomicBoolean();

        private Permit(Semaphore permits) {
            this.permits = permits;
        }

        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                permits.release();
            }
        }
    }
}
