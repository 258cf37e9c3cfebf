// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import org.jspecify.annotations.Nullable;

/**
 * The time in which a thread performs one piece of work. An interrupt reaches the thread only during that time, because
 * the same thread may perform other work afterwards. Safe for use by many threads.
 */
final class InterruptScope {
    private @Nullable Thread thread;
    private boolean interrupted;

    /** The calling thread begins the work. */
    synchronized void begin() {
        thread = Thread.currentThread();
        if (interrupted) {
            thread.interrupt();
        }
    }

    /** The calling thread has ended the work. */
    synchronized void end() {
        thread = null;
        boolean unused = Thread.interrupted(); // it was meant for this work
    }

    synchronized void interrupt() {
        interrupted = true;
        if (thread != null) {
            thread.interrupt();
        }
    }

    synchronized boolean isInterrupted() {
        return interrupted;
    }

    /** The thread that performs the work at this moment. */
    synchronized @Nullable Thread thread() {
        return thread;
    }
}
