// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import dev.cadre.model.ModelReply;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/**
 * Makes a call for a platform thread: the exchange runs on a virtual thread, because an interrupt closes the connection
 * only there. Text still reaches its consumer on the calling thread.
 */
final class Handoff {
    private sealed interface Message {
        record Text(String piece) implements Message {}

        record Replied(ModelReply reply) implements Message {}

        record Threw(Throwable failure) implements Message {}
    }

    private final BlockingQueue<Message> messages = new LinkedBlockingQueue<>();

    ModelReply run(Exchange exchange, Consumer<String> text) throws InterruptedException {
        Thread exchanging = Thread.ofVirtual().name("cadre-openai-exchange").start(() -> exchange(exchange));
        try {
            while (true) {
                switch (messages.take()) {
                    case Message.Text piece -> text.accept(piece.piece());
                    case Message.Replied replied -> {
                        return replied.reply();
                    }
                    case Message.Threw threw -> throw rethrown(threw.failure());
                }
            }
        } finally {
            // without effect after the end; otherwise it closes the connection within milliseconds
            exchanging.interrupt();
            exchanging.join();
        }
    }

    private void exchange(Exchange exchange) {
        try {
            messages.add(new Message.Replied(exchange.run(piece -> messages.add(new Message.Text(piece)))));
        } catch (InterruptedException | RuntimeException | Error failure) { // all of it belongs to the caller
            messages.add(new Message.Threw(failure));
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
