// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.mcp;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;

/** Writes messages, one a line, on a thread of its own: a client that does not read keeps no run waiting. */
final class LineOutput implements AutoCloseable {
    /** Messages that wait to be written; beyond it, news is dropped and answers wait. */
    static final int MOST_WAITING = 1_000;

    /** The same of their characters: an answer may have half a million. A longer one waits until it is the only one. */
    static final int MOST_CHARACTERS = 8 << 20;

    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final String END = "";

    private final PrintStream out;
    private final Runnable lost;
    private final BlockingQueue<String> waiting = new LinkedBlockingQueue<>(MOST_WAITING);
    /** Fair, so that a long answer has its turn before shorter ones that come later; of a message until it is written. */
    private final Semaphore room = new Semaphore(MOST_CHARACTERS, true);

    private final Thread writer;

    /** @param lost is told once that nothing can be written any more */
    LineOutput(PrintStream out, Runnable lost) {
        this.out = out;
        this.lost = lost;
        writer = Thread.ofPlatform().daemon().name("cadre-mcp-output").start(this::write);
    }

    /** Writes a message that somebody waits for. Blocks while the client does not read. */
    void answer(String message) throws InterruptedException {
        if (!hasRoom(message)) {
            room.acquire(charactersOf(message));
        }
        if (!waiting.offer(message)) {
            waiting.put(message);
        }
    }

    /** Takes it, if nobody waits for some. */
    private boolean hasRoom(String message) {
        return !room.hasQueuedThreads() && room.tryAcquire(charactersOf(message));
    }

    /** Writes a message that nobody waits for, unless many wait already. */
    void tell(String message) {
        if (hasRoom(message) && !waiting.offer(message)) {
            room.release(charactersOf(message));
        }
    }

    private static int charactersOf(String message) {
        return Math.min(message.length(), MOST_CHARACTERS);
    }

    private void write() {
        try {
            for (String message = waiting.take(); !message.equals(END); message = waiting.take()) {
                byte[] line = (message + "\n").getBytes(StandardCharsets.UTF_8);
                out.write(line, 0, line.length);
                room.release(charactersOf(message));
                if (out.checkError()) {
                    lost.run();
                    return;
                }
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
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
