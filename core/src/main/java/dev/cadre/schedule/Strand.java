// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * One piece of work of a run while it has a thread. An interrupt reaches the thread only as long as it performs this work,
 * because the same thread may perform other work afterwards.
 */
final class Strand {
    private static final ThreadLocal<Strand> CURRENT = new ThreadLocal<>();

    final String label;
    /** The name of its thread. */
    final String name;

    final RunDriver.Work work;

    /** The time after which it is left behind; {@link Long#MAX_VALUE} unless it was asked to end. */
    long leaveAtNanos = Long.MAX_VALUE;
    /** The same, at the latest. */
    long leaveAtLatestNanos = Long.MAX_VALUE;

    /** Its thread, if that ends with it. */
    @Nullable
    Thread own;

    private @Nullable Thread thread;
    private boolean stopped;
    private boolean interrupted;

    Strand(String label, String name, RunDriver.Work work) {
        this.label = label;
        this.name = name;
        this.work = work;
    }

    /** Begins its grace; the first time counts. */
    void beginGrace(Deadlines deadlines, long now) {
        if (leaveAtNanos == Long.MAX_VALUE) {
            leaveAtNanos = deadlines.leaveAt(now);
            leaveAtLatestNanos = deadlines.leaveAtLatest(now);
        }
    }

    /** Performs the work on the calling thread; returns its last word. */
    Runnable perform() {
        begin();
        try {
            return work.performance().get();
        } catch (Throwable thrown) {
            return work.broken().apply(thrown);
        } finally {
            end();
        }
    }

    private synchronized void begin() {
        CURRENT.set(this);
        thread = Thread.currentThread();
        if (interrupted) {
            thread.interrupt();
        }
    }

    private synchronized void end() {
        thread = null;
        CURRENT.remove();
        boolean unused = Thread.interrupted(); // it was meant for this work
    }

    /** Whether the one that the calling thread performs was interrupted, or is about to be. */
    static boolean isCurrentInterrupted() {
        Strand current = CURRENT.get();
        return current != null && current.isStopped();
    }

    private synchronized boolean isStopped() {
        return stopped;
    }

    /** The thread that performs it at this moment. */
    synchronized @Nullable Thread thread() {
        return thread;
    }

    /** Tells all before it wakes one: whoever then gets a permit that another gave back knows not to begin. */
    static void interruptAll(Collection<Strand> strands) {
        strands.forEach(Strand::stop);
        strands.forEach(Strand::interrupt);
    }

    private synchronized void stop() {
        stopped = true;
    }

    synchronized void interrupt() {
        interrupted = true;
        if (thread != null) {
            thread.interrupt();
        }
    }
}
