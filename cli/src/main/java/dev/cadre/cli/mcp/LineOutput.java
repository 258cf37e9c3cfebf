// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.mcp;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Writes messages, one a line, on a thread of its own: a client that does not read keeps no run waiting. */
final class LineOutput implements AutoCloseable {
    /** Messages that wait to be written; beyond it, news is dropped and answers wait. */
    static final int MOST_WAITING = 1_000;

    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final String END = "";

    private final PrintStream out;
    private final Runnable lost;
    private final BlockingQueue<String> waiting = new LinkedBlockingQueue<>(MOST_WAITING);
    private final Thread writer;

    /** @param lost is told once that nothing can be written any more */
    LineOutput(PrintStream out, Runnable lost) {
        this.out = out;
        this.lost = lost;
        writer = Thread.ofPlatform().daemon().name("cadre-mcp-output").start(this::write);
    }

    /** Writes a message that somebody waits for. Blocks while the client does not read. */
    void answer(String message) throws InterruptedException {
        if (!waiting.offer(message)) {
            waiting.put(message);
        }
    }

    /** Writes a message that nobody waits for, unless many wait already. */
    void tell(String message) {
        boolean unused = waiting.offer(message);
    }

    private void write() {
        try {
            for (String message = waiting.take(); !message.equals(END); message = waiting.take()) {
                byte[] line = (message + "\n").getBytes(StandardCharsets.UTF_8);
                out.write(line, 0, line.length);
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
