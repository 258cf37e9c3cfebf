// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The time of a run: the system's, or a test's. */
public interface RunClock {
    /** The system's monotonic clock. */
    RunClock SYSTEM = new RunClock() {
        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public <T> @Nullable T poll(BlockingQueue<T> queue, long untilNanos) throws InterruptedException {
            return queue.poll(Math.max(0, untilNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
        }
    };

    /** Monotonic, in nanoseconds, from an arbitrary origin. */
    long nanoTime();

    /** Waits for an element until the given time; null if none came. Blocks without using the processor. */
    <T> @Nullable T poll(BlockingQueue<T> queue, long untilNanos) throws InterruptedException;
}
