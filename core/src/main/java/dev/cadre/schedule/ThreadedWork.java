// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import java.util.Collection;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One piece of work of a run while it has a thread, which may perform other work afterwards. */
final class ThreadedWork {
    private static final ThreadLocal<@Nullable ThreadedWork> CURRENT = new ThreadLocal<>();

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

    /** What it is in that may hang, in words; asked by the owner. */
    private volatile Supplier<String> place = () -> "";
    /** The same when it was interrupted. */
    private volatile String interruptedIn = "";

    private final InterruptScope scope = new InterruptScope();
    private volatile boolean stopped;
    private volatile boolean left;

    ThreadedWork(String label, String name, RunDriver.Work work) {
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

    private void begin() {
        CURRENT.set(this);
        scope.begin();
    }

    private void end() {
        scope.end();
        CURRENT.remove();
    }

    /** The one that the calling thread performs, or performs a part of. */
    static @Nullable ThreadedWork current() {
        return CURRENT.get();
    }

    /** Performs a part of this work on the calling thread, which is another one than its own. */
    static void during(@Nullable ThreadedWork strand, Runnable part) {
        CURRENT.set(strand);
        try {
            part.run();
        } finally {
            CURRENT.remove();
        }
    }

    /** Says what the work is in from now on; returns what it was in. */
    Supplier<String> enter(Supplier<String> next) {
        Supplier<String> before = place;
        place = next;
        return before;
    }

    /** What it was in when it was interrupted; empty if in nothing that may hang. */
    String interruptedIn() {
        return interruptedIn;
    }

    /** The run goes on without it. */
    void leave() {
        left = true;
    }

    boolean isLeft() {
        return left;
    }

    /** Whether it was interrupted, or is about to be. */
    boolean isInterrupted() {
        return stopped || scope.isInterrupted();
    }

    /** The thread that performs it at this moment. */
    @Nullable
    Thread thread() {
        return scope.thread();
    }

    /** Tells all before it wakes one: whoever then gets a permit that another gave back knows not to begin. */
    static void interruptAll(Collection<ThreadedWork> strands) {
        strands.forEach(ThreadedWork::tell);
        strands.forEach(ThreadedWork::interrupt);
    }

    private void tell() {
        if (!stopped) {
            interruptedIn = place.get();
            stopped = true;
        }
    }

    void interrupt() {
        scope.interrupt();
    }
}
