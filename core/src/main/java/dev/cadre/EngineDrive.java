// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.budget.BudgetGuard;
import dev.cadre.event.RunListener;
import dev.cadre.price.Spend;
import dev.cadre.run.EventSink;
import dev.cadre.run.SteadyClock;
import dev.cadre.schedule.Deadlines;
import dev.cadre.schedule.RunDriver;
import dev.cadre.schedule.RungThreads;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Drives one piece of work of a run that an engine drives: on threads of its own, inside its money, interrupted when its time
 * is up or the engine does not go on. Good for one call of {@link #perform}.
 */
final class EngineDrive {
    private final String runId;
    private final EngineRung.Terms terms;
    private final SteadyClock clock;
    private final long startNanos;
    private final BudgetGuard money;
    private final RungThreads threads;
    private final RunDriver driver;
    private final EventSink events;

    /** @param money all that it may spend, closed at its end */
    EngineDrive(Coordinator coordinator, String runId, EngineRung.Terms terms, BudgetGuard money, RunListener heard) {
        EngineRun.requireBare(coordinator);
        this.runId = runId;
        this.terms = terms;
        this.money = money;
        clock = coordinator.settings().steadyClock();
        startNanos = clock.nanoTime();
        threads = new RungThreads(runId);
        driver = new RunDriver(threads, Deadlines.at(startNanos + terms.mostNanos()), clock);
        RunListener all = EngineRun.listener(coordinator, heard);
        events = new EventSink(runId, this::sinceStart, event -> driver.post(() -> all.on(event)));
    }

    /**
     * Work with its ends.
     *
     * @param performance performed on a thread of its own, throws nothing but errors
     * @param broken its end if its thread broke, given why
     * @param stuck its end if it ignored its interrupt
     */
    record Work<T>(Supplier<T> performance, Function<Throwable, T> broken, Function<RunDriver.Stuck, T> stuck) {}

    /** How it ended, and what was booked for it. */
    record Ended<T>(T end, Spend spend, Optional<String> abandoned, boolean isTimeUp) {}

    RungThreads threads() {
        return threads;
    }

    EventSink events() {
        return events;
    }

    /** Tells the thread that waits for the work something. */
    void post(Runnable word) {
        driver.post(word);
    }

    Duration sinceStart() {
        return terms.sinceStart().plusNanos(clock.nanoTime() - startNanos);
    }

    /** The reading of the system's clock at which calls of the work must be over. */
    long callDeadline() {
        return System.nanoTime() + terms.time().toNanos() - (clock.nanoTime() - startNanos);
    }

    /**
     * Performs the work. Blocks until it has ended or was left behind. The interrupt flag is set again when this returns.
     *
     * @param start starts the work under a label
     * @param goesOn asked on the calling thread once a pulse
     */
    <T> Ended<T> perform(String label, Work<T> work, Consumer<RunDriver.Work> start, BooleanSupplier goesOn) {
        var drive = new Drive<>(label, work, goesOn, Thread.interrupted());
        try {
            return RunDriver.own(runId, () -> drive.toTheEnd(start));
        } catch (InterruptedException early) {
            throw new IllegalStateException(early); // the flag is not set, and the drive throws none
        } finally {
            if (drive.interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    RunDriver driver() {
        return driver;
    }

    private final class Drive<T> implements RunDriver.Driven {
        private final String label;
        private final Work<T> work;
        private final BooleanSupplier goesOn;
        private boolean interrupted;
        private long pulseNanos = startNanos;
        private boolean stopped;
        private boolean timeUp;
        private @Nullable T end;
        private Optional<String> abandoned = Optional.empty();

        Drive(String label, Work<T> work, BooleanSupplier goesOn, boolean interrupted) {
            this.label = label;
            this.work = work;
            this.goesOn = goesOn;
            this.interrupted = interrupted;
        }

        Ended<T> toTheEnd(Consumer<RunDriver.Work> start) {
            try (money) {
                start.accept(new RunDriver.Work(this::last, this::broken, this::stuck));
                if (interrupted) {
                    stop();
                }
                T ended = awaitEnd();
                driver.clear();
                return new Ended<>(ended, money.state().asSpend(), abandoned, timeUp);
            }
        }

        private T awaitEnd() {
            while (end == null) {
                try {
                    driver.turn(this);
                } catch (InterruptedException cancel) {
                    interrupted = true;
                    stop();
                }
            }
            return end;
        }

        private void stop() {
            stopped = true;
            driver.interrupt(label);
        }

        @Override
        public boolean isOver() {
            return end != null;
        }

        @Override
        public long alarm() {
            return stopped ? pulseNanos : Math.min(pulseNanos, startNanos + terms.mostNanos());
        }

        @Override
        public void ring(long now) {
            if (now >= pulseNanos) {
                pulseNanos = now + terms.pulse().toNanos();
                if (!goesOn.getAsBoolean() && !stopped) {
                    stop();
                }
            }
            if (!stopped && now - startNanos >= terms.mostNanos()) {
                timeUp = true;
                stop();
            }
        }

        private Runnable last() {
            T performed = work.performance().get();
            return () -> end = performed;
        }

        private Runnable broken(Throwable thrown) {
            T broke = work.broken().apply(thrown);
            return () -> end = broke;
        }

        private void stuck(RunDriver.Stuck left) {
            abandoned = Optional.of(left.thread());
            end = work.stuck().apply(left);
        }
    }
}
