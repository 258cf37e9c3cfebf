// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import java.util.Iterator;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/**
 * Pulls inputs on a thread of its own, one for each demand, so that a stream that blocks, or waits for a result, holds up
 * nobody. A platform thread: user code that computes or blocks in native code must not take a carrier. Its methods belong
 * to the thread of the run.
 */
final class InputPuller<I> {
    /** What came of a demand. */
    sealed interface Pull<I> {
        record Next<I>(long index, String key, I input) implements Pull<I> {}

        record End<I>() implements Pull<I> {}

        /** The stream, or the naming of an input, threw. */
        record Broken<I>(Throwable why) implements Pull<I> {}
    }

    /** Names an input. */
    @FunctionalInterface
    interface Naming<I> {
        String key(I input, long index);
    }

    private final Iterator<? extends I> inputs;
    private final Naming<I> naming;
    private final Consumer<Pull<I>> sink;
    private final Semaphore demands = new Semaphore(0);
    private final Thread thread;
    private volatile boolean closed;
    private boolean pulling;
    private boolean leftBehind;

    InputPuller(Iterator<? extends I> inputs, Naming<I> naming, Consumer<Pull<I>> sink, String threadName) {
        this.inputs = inputs;
        this.naming = naming;
        this.sink = sink;
        thread = Thread.ofPlatform().daemon().name(threadName).unstarted(this::work);
    }

    /** Asks for one input, or the end; the sink receives it. */
    void demand() {
        if (thread.getState() == Thread.State.NEW) {
            thread.start();
        }
        pulling = true;
        demands.release();
    }

    /** What was demanded has come. */
    void arrived() {
        pulling = false;
    }

    /** Whether something was demanded and has not come. */
    boolean isPulling() {
        return pulling;
    }

    /** Interrupts the stream. */
    void interrupt() {
        thread.interrupt();
    }

    String threadName() {
        return thread.getName();
    }

    /** It neither brought anything nor obeyed its interrupt: nobody waits for it any more. */
    void leaveBehind() {
        pulling = false;
        leftBehind = true;
    }

    /** Ends the thread; waits for it unless it was left behind. */
    void close() {
        closed = true;
        demands.release();
        if (leftBehind) {
            return;
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void work() {
        for (long index = 0; ; index++) {
            demands.acquireUninterruptibly();
            if (closed) {
                return;
            }
            Pull<I> pull = pull(index);
            sink.accept(pull);
            if (!(pull instanceof Pull.Next<I>)) {
                return;
            }
        }
    }

    private Pull<I> pull(long index) {
        try {
            if (!inputs.hasNext()) {
                return new Pull.End<>();
            }
            I input = Objects.requireNonNull(inputs.next(), () -> "input %d is null".formatted(index));
            return new Pull.Next<>(index, naming.key(input, index), input);
        } catch (Throwable broken) { // whatever it is, the thread of the run waits for it
            return new Pull.Broken<>(broken);
        }
    }
}
