// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import dev.cadre.task.RunClock;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A clock on which waiting takes no time: it jumps to the end of the wait. */
class PatientClock implements RunClock {
    private final AtomicLong now = new AtomicLong();
    private volatile Runnable onWait = () -> {};

    /** Runs before each wait. */
    void onWait(Runnable action) {
        onWait = action;
    }

    @Override
    public long nanoTime() {
        return now.get();
    }

    Duration time() {
        return Duration.ofNanos(now.get());
    }

    @Override
    public <T> @Nullable T poll(BlockingQueue<T> queue, long untilNanos) throws InterruptedException {
        onWait.run();
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        T element = queue.poll();
        if (element == null) {
            now.set(untilNanos);
        }
        return element;
    }
}
