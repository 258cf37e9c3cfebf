// SPDX-License-Identifier: Apache-2.0
package dev.cadre.bulk;

import dev.cadre.run.UserCode;
import dev.cadre.run.SteadyClock;
import dev.cadre.schedule.RungThreads;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** The time that a run of the batch lane has: until its deadline, and then a short grace. For one thread. */
final class LaneClock {
    /** Leaves room within a second for code that is asked to end at the deadline and again in the end. */
    private static final long GRACE_NANOS = Duration.ofMillis(600).toNanos();

    private static final long LEAST_GRACE_NANOS = Duration.ofMillis(50).toNanos();

    private final SteadyClock clock;
    /** Nobody puts anything in: waiting for an element of it is waiting. */
    private final BlockingQueue<Object> nothing = new LinkedBlockingQueue<>();

    private final long startNanos;
    private long untilNanos;
    private boolean isOver;

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

    Duration sinceStart() {
        return Duration.ofNanos(clock.nanoTime() - startNanos);
    }

    /** Calls the code of users until the deadline. */
    UserCode aside(RungThreads threads, UserCode.Listener listener) {
        return new UserCode(threads, clock, () -> untilNanos, listener);
    }

    /** What no exchange may outlast; never negative. */
    Duration left() {
        return Duration.ofNanos(Math.max(0, untilNanos - clock.nanoTime()));
    }

    boolean isUp() {
        return left().isZero();
    }

    /** From now on nothing is begun, and what is left is the grace; whoever was late has had a part of it. */
    void beginGrace() {
        isOver = true;
        long now = clock.nanoTime();
        untilNanos = Math.max(now + LEAST_GRACE_NANOS, Math.min(now, untilNanos) + GRACE_NANOS);
    }

    /** Whether the grace has begun. */
    boolean isOver() {
        return isOver;
    }

    /** Waits, but not beyond what is left. */
    void pause(Duration time) throws InterruptedException {
        long end = clock.nanoTime() + time.toNanos();
        clock.poll(nothing, Math.min(end, untilNanos));
    }
}
