// SPDX-License-Identifier: Apache-2.0
package dev.cadre.bulk;

import java.util.Iterator;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Pulls inputs on a thread of its own, one for each demand, so that a stream that blocks, or waits for a result, holds up
 * nobody. Its methods belong to the thread of the run, save {@link #pullAll} and {@link #pull}.
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

    /**
     * The names of the inputs of one run, each of which comes once: that is known by 32 to 64 bytes of memory for each
     * input, if they are named.
     *
     * @param key names an input; null for its index
     */
    static <I> Naming<I> naming(@Nullable Function<? super I, ?> key) {
        if (key == null) {
            return (input, index) -> key(null, input, index);
        }
        var seen = new KeySet();
        return (input, index) -> {
            String name = key(key, input, index);
            if (!seen.add(name)) {
                throw twoShare(name, index);
            }
            return name;
        };
    }

    static IllegalArgumentException twoShare(String key, long index) {
        return new IllegalArgumentException(
                "two inputs share the key '%s': that at index %d, and one before it".formatted(key, index));
    }

    static <I> String key(@Nullable Function<? super I, ?> key, I input, long index) {
        return ItemName.of(key == null ? index : key.apply(input), index);
    }

    private final Iterator<? extends I> inputs;
    private final Naming<I> naming;
    private final Semaphore demands = new Semaphore(0);
    private volatile boolean closed;
    private boolean pulling;

    InputPuller(Iterator<? extends I> inputs, Naming<I> naming) {
        this.inputs = inputs;
        this.naming = naming;
    }

    /** Asks for one input, or the end. */
    void demand() {
        pulling = true;
        demands.release();
    }

    /** What was demanded has come, or never will. */
    void arrived() {
        pulling = false;
    }

    /** Whether something was demanded and has not come. */
    boolean isPulling() {
        return pulling;
    }

    /** Ends {@link #pullAll} when the input that was demanded has come. */
    void close() {
        closed = true;
        demands.release();
    }

    /**
     * Pulls on the calling thread whatever is demanded, until there is no more.
     *
     * @param sink receives each input
     * @return the end
     */
    Pull<I> pullAll(Consumer<Pull<I>> sink) {
        for (long index = 0; ; index++) {
            demands.acquireUninterruptibly();
            Pull<I> pull = closed ? new Pull.End<>() : pull(index);
            if (!(pull instanceof Pull.Next<I>)) {
                return pull;
            }
            sink.accept(pull);
        }
    }

    /** Pulls one input on the calling thread. */
    Pull<I> pull(long index) {
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
