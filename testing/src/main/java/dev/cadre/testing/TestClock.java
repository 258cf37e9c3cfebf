// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import dev.cadre.task.RunClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The time of a run, which stands still until a test moves it: deadlines pass without waiting for them. It begins at
 * zero. Only the run's own times are held by it; a pool's are the system's.
 *
 * <p>Safe for use by many threads. A run that waits looks at its queue every millisecond, since a queue can be told
 * nothing of a clock.
 */
public final class TestClock implements RunClock {
    private static final long PATIENCE_SECONDS = 30;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<Long> alarms = new ArrayList<>();
    private long now;

    @Override
    public long nanoTime() {
        lock.lock();
        try {
            return now;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public <T> @Nullable T poll(BlockingQueue<T> queue, long untilNanos) throws InterruptedException {
        setAlarm(untilNanos);
        try {
            while (true) {
                T element = queue.poll(1, TimeUnit.MILLISECONDS);
                if (element != null || nanoTime() >= untilNanos) {
                    return element;
                }
            }
        } finally {
            dropAlarm(untilNanos);
        }
    }

    /** Waits until the time has been moved on by this much. Blocks; no real time passes but what the test takes. */
    public void sleep(Duration time) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long until = now + time.toNanos();
            alarms.add(until);
            changed.signalAll();
            try {
                while (now < until) {
                    changed.await();
                }
            } finally {
                alarms.remove(until);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Moves the time on. */
    public void advance(Duration time) {
        lock.lock();
        try {
            now += time.toNanos();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Moves the time on to the next instant that a run or a {@linkplain #sleep sleeper} waits for, such as a deadline or
     * the end of a scripted latency. Blocks until one waits for an instant that lies ahead, for 30 seconds at most. Every
     * run waits for its deadline: make sure that the nearer alarm is set, by waiting for its call.
     *
     * @return the time, from the beginning of the clock
     * @throws AssertionError if no run waits
     */
    public Duration advanceToAlarm() throws InterruptedException {
        lock.lock();
        try {
            long left = TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
            while (nextAlarm() == Long.MAX_VALUE) {
                if (left <= 0) {
                    throw new AssertionError("no run waits for an instant after " + Duration.ofNanos(now));
                }
                left = changed.awaitNanos(left);
            }
            now = nextAlarm();
            changed.signalAll();
            return Duration.ofNanos(now);
        } finally {
            lock.unlock();
        }
    }

    private long nextAlarm() {
        return alarms.stream()
                .mapToLong(Long::longValue)
                .filter(alarm -> alarm > now)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    private void setAlarm(long at) {
        lock.lock();
        try {
            alarms.add(at);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void dropAlarm(long at) {
        lock.lock();
        try {
            alarms.remove(at);
        } finally {
            lock.unlock();
        }
    }
}
