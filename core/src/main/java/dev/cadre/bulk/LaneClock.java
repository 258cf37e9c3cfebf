// SPDX-License-Identifier: Apache-2.0
package dev.cadre.bulk;

import dev.cadre.run.SteadyClock;
import dev.cadre.run.UserCode;
import dev.cadre.schedule.RungThreads;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** The clock of a run of the batch lane, with the time until which code and exchanges may take. For one thread. */
final class LaneClock {
    private final SteadyClock clock;
    /** Nobody puts anything in: waiting for an element of it is waiting. */
    private final BlockingQueue<Object> nothing = new LinkedBlockingQueue<>();

    private final long startNanos;
    private long untilNanos;

    LaneClock(SteadyClock clock, Duration time) {
        this.clock = clock;
        startNanos = clock.nanoTime();
        untilNanos = startNanos + time.toNanos();
    }

    /** One line for people if the clock broke. */
    Optional<String> trouble() {
        return clock.trouble();
    }

    long nanoTime() {
        return clock.nanoTime();
    }

    long startNanos() {
        return startNanos;
    }

    Duration sinceStart() {
        return Duration.ofNanos(clock.nanoTime() - startNanos);
    }

    /** Calls the code of users as long as there is time. */
    UserCode aside(RungThreads threads, UserCode.Listener listener) {
        return new UserCode(threads, clock, () -> untilNanos, listener);
    }

    long untilNanos() {
        return untilNanos;
    }

    /** Sets the reading of the clock at which the time is up. */
    void limit(long nanoTime) {
        untilNanos = nanoTime;
    }

    /** What no exchange may outlast; never negative. */
    Duration left() {
        return Duration.ofNanos(Math.max(0, untilNanos - clock.nanoTime()));
    }

    boolean isUp() {
        return left().isZero();
    }

    /** Waits, but not beyond what is left. */
    void pause(Duration time) throws InterruptedException {
        long end = clock.nanoTime() + time.toNanos();
        clock.poll(nothing, Math.min(end, untilNanos));
    }

    /** Waits for an element, but not beyond what is left; returns whether it came. An interrupt ends it, and stays set. */
    boolean isThere(BlockingQueue<?> queue, Duration time) {
        long end = clock.nanoTime() + time.toNanos();
        try {
            return clock.poll(queue, Math.min(end, untilNanos)) != null;
        } catch (InterruptedException cancel) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
