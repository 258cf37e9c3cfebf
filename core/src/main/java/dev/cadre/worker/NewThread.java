// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import java.time.Duration;

/** A thread that ends with its only call; a virtual one if the operating system gives no more of its own. */
final class NewThread implements CodeThreads.Call {
    private final Thread thread;

    NewThread(String name, Runnable body) {
        thread = started(name, body);
    }

    private static Thread started(String name, Runnable body) {
        try {
            return CodeThreads.builder(name).start(body);
        } catch (OutOfMemoryError noThread) {
            return Thread.ofVirtual()
                    .name(name)
                    .inheritInheritableThreadLocals(false)
                    .start(body);
        }
    }

    @Override
    public void interrupt() {
        thread.interrupt();
    }

    @Override
    public boolean join(Duration time) throws InterruptedException {
        return thread.join(time);
    }

    @Override
    public boolean hasEnded() {
        return !thread.isAlive();
    }

    @Override
    public void leave() {
        // it is one of nobody's
    }
}
