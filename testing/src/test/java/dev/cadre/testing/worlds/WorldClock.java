// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing.worlds;

import dev.cadre.task.RunClock;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Time that passes only where a world says so: in its calls. Nobody waits for it. */
final class WorldClock implements RunClock {
    private static final long GLANCE_MICROS = 500;

    private final AtomicLong now = new AtomicLong();

    @Override
    public long nanoTime() {
        return now.get();
    }

    void advance(Duration time) {
        now.addAndGet(time.toNanos());
    }

    @Override
    public <T> @Nullable T poll(BlockingQueue<T> queue, long untilNanos) throws InterruptedException {
        while (true) {
            T element = queue.poll(GLANCE_MICROS, TimeUnit.MICROSECONDS);
            if (element != null || nanoTime() >= untilNanos) {
                return element;
            }
        }
    }
}
