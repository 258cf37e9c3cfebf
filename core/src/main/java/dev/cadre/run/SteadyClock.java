// SPDX-License-Identifier: Apache-2.0
package dev.cadre.run;

import dev.cadre.task.Failure;
import dev.cadre.task.RunClock;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The clock of one run, which does not break: when the clock behind it throws, time goes on as the system's does, from the
 * latest reading. Safe for use by many threads.
 */
public final class SteadyClock implements RunClock {
    private final RunClock clock;
    private final Consumer<Throwable> listener;
    private volatile long latest;
    /** The system's time at the latest reading. */
    private volatile long latestAt = System.nanoTime();
    /** What the clock threw; null while it goes. */
    private volatile @Nullable Throwable broken;
    /** How much the time of the run is ahead of the system's since it broke. */
    private volatile long ahead;

    /** @param listener is told once of what the clock threw, on the thread that read it */
    public SteadyClock(RunClock clock, Consumer<Throwable> listener) {
        this.clock = clock;
        this.listener = listener;
    }

    @Override
    public long nanoTime() {
        if (broken == null) {
            try {
                long now = clock.nanoTime();
                latest = now;
                latestAt = System.nanoTime();
                return now;
            } catch (Throwable thrown) { // an Error of it must not end the run either
                breaks(thrown);
            }
        }
        return System.nanoTime() + ahead;
    }

    @Override
    public <T> @Nullable T poll(BlockingQueue<T> queue, long untilNanos) throws InterruptedException {
        if (broken == null) {
            try {
                return clock.poll(queue, untilNanos);
            } catch (InterruptedException cancel) {
                throw cancel;
            } catch (Throwable thrown) {
                breaks(thrown);
            }
        }
        return RunClock.SYSTEM.poll(queue, untilNanos - ahead);
    }

    private void breaks(Throwable thrown) {
        synchronized (this) {
            if (broken != null) {
                return;
            }
            ahead = latest - latestAt;
            broken = thrown;
        }
        listener.accept(thrown);
    }

    /** One line for people if the clock broke. */
    public Optional<String> trouble() {
        return Optional.ofNullable(broken)
                .map(thrown ->
                        "the clock threw %s: since then the time is the system's".formatted(Failure.describe(thrown)));
    }
}
