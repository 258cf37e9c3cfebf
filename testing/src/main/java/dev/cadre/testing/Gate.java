// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import java.util.concurrent.CountDownLatch;

/** Holds whoever comes until it is opened; then it stays open. Safe for use by many threads. */
public final class Gate {
    private final CountDownLatch latch = new CountDownLatch(1);

    /** Lets everybody through, now and later. */
    public void open() {
        latch.countDown();
    }

    /** Waits until the gate is open. Blocks. */
    public void await() throws InterruptedException {
        latch.await();
    }

    /** Waits until the gate is open and ignores every interrupt meanwhile: for code that does not honour one. Blocks. */
    public void awaitUninterruptibly() {
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
