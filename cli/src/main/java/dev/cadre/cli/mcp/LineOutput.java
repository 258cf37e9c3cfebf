// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.mcp;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;

/**
 * Writes messages, one a line, on a thread of its own: a client that does not read keeps neither a run nor the reading of its
 * input waiting. Safe for many threads.
 */
final class LineOutput implements AutoCloseable {
    /**
     * Characters of the news and of the answers of calls that wait to be written; beyond it, news is dropped and answers wait.
     * An answer may have half a million. A longer one waits until it is the only one.
     */
    static final int MOST_CHARACTERS = 8 << 20;

    /** The same of what is answered at once; beyond it, the client is given up. */
    static final int MOST_CHARACTERS_AT_ONCE = 1 << 20;

    /** A shorter message counts as one of this length, so that the bounds hold for what an object takes as well. */
    static final int LEAST_CHARACTERS = 1_000;

    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Message END = new Message("", new Semaphore(0), 0);

    private final PrintStream out;
    private final Client client;
    /** Bounded by the room that is taken for each. */
    private final BlockingQueue<Message> waiting = new LinkedBlockingQueue<>();
    /** Fair, so that a long answer has its turn before shorter ones that come later. */
    private final Semaphore room = new Semaphore(MOST_CHARACTERS, true);

    private final Semaphore roomAtOnce = new Semaphore(MOST_CHARACTERS_AT_ONCE);

    private final Thread writer;

    /** Is told, on any thread, why nothing more reaches the client. */
    interface Client {
        /** Nothing can be written any more. */
        void isGone();

        /** So much waits to be read that an answer is lost. */
        void doesNotRead();
    }

    /** @param room that of which it has its characters until it is written */
    private record Message(String text, Semaphore room, int characters) {}

    LineOutput(PrintStream out, Client client) {
        this.out = out;
        this.client = client;
        writer = Thread.ofPlatform().daemon().name("cadre-mcp-output").start(this::write);
    }

    /** Writes the answer of a call. Blocks while the client does not read. */
    void answer(String message) throws InterruptedException {
        int characters = Math.min(charactersOf(message), MOST_CHARACTERS);
        if (!hasRoom(characters)) {
            room.acquire(characters);
        }
        waiting.add(new Message(message, room, characters));
    }

    /** Takes it, if nobody waits for some. */
    private boolean hasRoom(int characters) {
        return !room.hasQueuedThreads() && room.tryAcquire(characters);
    }

    /** Writes an answer from a thread that must not wait, or gives the client up. */
    void answerAtOnce(String message) {
        int characters = charactersOf(message);
        if (roomAtOnce.tryAcquire(characters)) {
            waiting.add(new Message(message, roomAtOnce, characters));
        } else {
            client.doesNotRead();
        }
    }

    /** Writes a message that nobody waits for, unless many wait already. */
    void tell(String message) {
        int characters = charactersOf(message);
        if (characters <= MOST_CHARACTERS && hasRoom(characters)) {
            waiting.add(new Message(message, room, characters));
        }
    }

    private static int charactersOf(String message) {
        return Math.max(message.length(), LEAST_CHARACTERS);
    }

    private void write() {
        try {
            for (Message next = waiting.take(); !next.equals(END); next = waiting.take()) {
                byte[] line = (next.text() + "\n").getBytes(StandardCharsets.UTF_8);
                out.write(line, 0, line.length);
                next.room().release(next.characters());
                if (out.checkError()) {
                    client.isGone();
                    return;
                }
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error broken) { // such as a line that is too long for the memory
            client.isGone();
        }
    }

    /** Waits a moment for what is still to be written. */
    @Override
    public void close() {
        boolean isInterrupted = Thread.interrupted();
        boolean unused = waiting.offer(END);
        try {
            if (!writer.join(PATIENCE)) {
                writer.interrupt();
            }
        } catch (InterruptedException again) {
            isInterrupted = true;
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
