// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/**
 * Makes an exchange for a platform thread on a virtual one, because an interrupt closes the connection only there. Text
 * still reaches its consumer on the calling thread.
 *
 * @param <T> what the exchange brings
 */
final class Handoff<T> {
    /** An exchange, made on the thread that runs it. */
    @FunctionalInterface
    interface Work<T> {
        T run(Consumer<String> text) throws InterruptedException;
    }

    /** What the consumer of text threw: of all that ends a reply that has begun, this alone is no defect of the reply. */
    static final class ConsumerFailed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final RuntimeException own;

        ConsumerFailed(RuntimeException own) {
            super(null, own, false, false);
            this.own = own;
        }

        RuntimeException own() {
            return own;
        }
    }

    private sealed interface Message<T> {
        record Text<T>(String piece) implements Message<T> {}

        record Replied<T>(T reply) implements Message<T> {}

        record Threw<T>(Throwable failure) implements Message<T> {}
    }

    private final BlockingQueue<Message<T>> messages = new LinkedBlockingQueue<>();

    private Handoff() {}

    /** Makes the exchange here if this thread is virtual, else on one that is. */
    static <T> T run(Work<T> work, Consumer<String> text) throws InterruptedException {
        return Thread.currentThread().isVirtual() ? work.run(marked(text)) : new Handoff<T>().handOver(work, text);
    }

    private static Consumer<String> marked(Consumer<String> text) {
        return piece -> {
            try {
                text.accept(piece);
            } catch (RuntimeException own) {
                throw new ConsumerFailed(own);
            }
        };
    }

    private T handOver(Work<T> work, Consumer<String> text) throws InterruptedException {
        Thread exchanging = Thread.ofVirtual().name("cadre-openai-exchange").start(() -> exchange(work));
        try {
            while (true) {
                switch (messages.take()) {
                    case Message.Text<T> piece -> text.accept(piece.piece());
                    case Message.Replied<T> replied -> {
                        return replied.reply();
                    }
                    case Message.Threw<T> threw -> throw rethrown(threw.failure());
                }
            }
        } finally {
            // without effect after the end; otherwise it closes the connection within milliseconds
            exchanging.interrupt();
            exchanging.join();
        }
    }

    private void exchange(Work<T> work) {
        try {
            messages.add(new Message.Replied<>(work.run(piece -> messages.add(new Message.Text<>(piece)))));
        } catch (InterruptedException | RuntimeException | Error failure) { // all of it belongs to the caller
            messages.add(new Message.Threw<>(failure));
        }
    }

    private static RuntimeException rethrown(Throwable failure) throws InterruptedException {
        if (failure instanceof InterruptedException interrupted) {
            throw interrupted;
        }
        if (failure instanceof Error error) {
            throw error;
        }
        return (RuntimeException) failure;
    }
}
