// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.mcp;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The calls that are under way or wait for their turn, by the ids that the client gave them. Safe for many threads. */
final class Calls implements AutoCloseable {
    /** Calls that run at a time. They share the memory that searches may have. */
    static final int MOST_AT_ONCE = 3;

    /** Calls that wait for their turn. */
    static final int MOST_WAITING = 100;

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final InstantSource clock;
    private final Map<Object, Call> underWay = new ConcurrentHashMap<>();
    // platform threads: reading and indexing take a processor, and the file system may keep them
    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(
            MOST_AT_ONCE,
            MOST_AT_ONCE,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MOST_WAITING),
            Thread.ofPlatform().daemon().name("cadre-mcp-call-", 1).factory());

    Calls(InstantSource clock) {
        this.clock = clock;
    }

    /** Whether a call of this id has not ended. */
    boolean has(Object id) {
        return underWay.containsKey(id);
    }

    /**
     * Does the work of a call as soon as fewer others are under way. Does not block.
     *
     * @return whether it will be done; if not, too many wait already
     */
    boolean begin(Object id, Consumer<Call> work) {
        var call = new Call(id, clock.instant(), work);
        underWay.put(id, call);
        try {
            threads.execute(call);
            return true;
        } catch (RejectedExecutionException tooMany) {
            underWay.remove(id);
            return false;
        }
    }

    /** Interrupts a call, if it is not answered yet; from now on it is not. */
    void cancel(Object id) {
        Call call = underWay.get(id);
        if (call != null) {
            call.cancel();
            if (threads.remove(call)) {
                underWay.remove(id);
            }
        }
    }

    /** How an answer may be sent. */
    enum Turn {
        /** It is that of a call, on whose thread it may wait. */
        OF_A_CALL,
        /** It is that of no call: its thread reads what the client says next. */
        AT_ONCE,
        /** Not at all: its call was cancelled, or is answered. */
        NONE
    }

    /**
     * How an answer with this id may be sent. From now on the id is free: a client may use it again as soon as it has the
     * answer.
     */
    Turn takeTurnToAnswer(Object id) {
        Call call = underWay.get(id);
        if (call == null) {
            return Turn.AT_ONCE;
        }
        if (!call.answers()) {
            return Turn.NONE;
        }
        underWay.remove(id, call);
        return Turn.OF_A_CALL;
    }

    /** Cancels all calls, and waits a moment for those under way, so that what they spent is booked. */
    @Override
    public void close() {
        List.copyOf(underWay.keySet()).forEach(this::cancel);
        threads.shutdownNow();
        boolean isInterrupted = Thread.interrupted();
        try {
            boolean unused = threads.awaitTermination(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException again) {
            isInterrupted = true;
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** One call. */
    final class Call implements Runnable {
        private enum State {
            OPEN,
            ANSWERED,
            CANCELLED
        }

        private final Object id;
        private final Instant arrived;
        private final Consumer<Call> work;
        private State state = State.OPEN;
        private @Nullable Thread runner;

        Call(Object id, Instant arrived, Consumer<Call> work) {
            this.id = id;
            this.arrived = arrived;
            this.work = work;
        }

        Instant arrived() {
            return arrived;
        }

        synchronized boolean isOpen() {
            return state == State.OPEN;
        }

        private synchronized boolean answers() {
            if (state == State.OPEN) {
                state = State.ANSWERED;
                return true;
            }
            return false;
        }

        private synchronized void cancel() {
            if (state == State.OPEN) {
                state = State.CANCELLED;
                if (runner != null) {
                    runner.interrupt();
                }
            }
        }

        @Override
        public void run() {
            try {
                if (begins()) {
                    work.accept(this);
                }
            } finally {
                ends();
                underWay.remove(id, this);
            }
        }

        private synchronized boolean begins() {
            runner = Thread.currentThread();
            return state == State.OPEN;
        }

        /** No interrupt for this call reaches the next one on its thread: the pool clears what came before this. */
        private synchronized void ends() {
            runner = null;
        }
    }
}
