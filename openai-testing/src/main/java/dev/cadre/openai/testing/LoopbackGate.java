// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.testing;

import java.util.concurrent.Semaphore;

/**
 * Holds replies back until a test lets them pass: one pass for each plain reply, one for each piece of a streamed one.
 *
 * <p>Closed at first. Safe for use by many threads.
 */
public final class LoopbackGate {
    private static final int FOR_EVER = 1_000_000_000;

    private final Semaphore passes = new Semaphore(0);

    /** Lets one more reply or piece pass, now or when it comes. */
    public void release() {
        passes.release();
    }

    /** Lets everything pass from now on. Call it once. */
    public void open() {
        passes.release(FOR_EVER);
    }

    void pass() throws InterruptedException {
        passes.acquire();
    }
}
