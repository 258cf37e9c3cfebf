// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a command end in good order when its process is told to end, as by Ctrl-C: interrupts the thread that made this,
 * and keeps the process until {@link #end} or until too long has passed. The JVM then ends with the signal's status, 130.
 */
final class Interruption {
    private static final int PATIENCE_SECONDS = 5;

    private final Thread command = Thread.currentThread();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread hook = new Thread(this::interrupt, "cadre-interruption");

    private Interruption() {}

    static Interruption ofThisThread() {
        var interruption = new Interruption();
        Runtime.getRuntime().addShutdownHook(interruption.hook);
        return interruption;
    }

    private void interrupt() {
        command.interrupt();
        try {
            ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The command has said its last word. */
    void end() {
        ended.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException underWay) {
            // the process ends already
        }
    }
}
