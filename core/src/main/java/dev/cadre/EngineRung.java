// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.event.RunListener;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.record.KnownWork;
import dev.cadre.record.RunIdentity;
import dev.cadre.run.Attachments;
import dev.cadre.run.EventSink;
import dev.cadre.run.Nesting;
import dev.cadre.run.RungPerformer;
import dev.cadre.run.SteadyClock;
import dev.cadre.schedule.Deadlines;
import dev.cadre.schedule.RunCommand;
import dev.cadre.schedule.RunDriver;
import dev.cadre.schedule.RungThreads;
import dev.cadre.task.Failure;
import dev.cadre.worker.RungEnd;
import dev.cadre.worker.RungTask;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One rung of a run that an engine drives, performed in this process as {@link Coordinator} performs its own: on threads of
 * its own, inside its allotment, interrupted when its time is up. Good for one call of {@link #perform}.
 *
 * <p>Public for engines; it carries no compatibility promise.
 */
public final class EngineRung {
    private final Coordinator coordinator;
    private final String runId;
    private final RunCommand.StartRung rung;
    private final Terms terms;
    private final SteadyClock clock;
    private final long startNanos;
    private final BudgetGuard money;
    private final RungPerformer performer;
    private final RunDriver driver;

    /**
     * On what terms a rung is performed.
     *
     * @param allotment the most that it may spend
     * @param time until nothing more is begun
     * @param overtime how long after that it is interrupted, unless the engine does not go on before
     * @param sinceStart the time since the start of the run, for events
     * @param pulse how often the engine is asked whether it goes on
     */
    public record Terms(Money allotment, Duration time, Duration overtime, Duration sinceStart, Duration pulse) {
        private long mostNanos() {
            return time.plus(overtime).toNanos();
        }
    }

    /**
     * How a rung ended.
     *
     * @param end how, for the machine
     * @param spend all that was booked for it; calls that were left behind count as forfeited
     * @param abandoned the name of its thread, if that ignored its interrupt
     * @param isTimeUp whether it was interrupted because its time was up
     */
    @SuppressWarnings("exports") // for the library's own modules
    public record Performed(RungEnd end, Spend spend, Optional<String> abandoned, boolean isTimeUp) {}

    /** A rung of a run. */
    @SuppressWarnings("exports") // as above
    public EngineRung(
            Coordinator coordinator, String runId, RunCommand.StartRung rung, Terms terms, RunListener events) {
        EngineRun.requireBare(coordinator);
        this.coordinator = coordinator;
        this.runId = runId;
        this.rung = rung;
        this.terms = terms;
        clock = coordinator.settings().steadyClock();
        startNanos = clock.nanoTime();
        money = Budget.of(terms.allotment()).open();
        var threads = new RungThreads(runId);
        driver = new RunDriver(threads, Deadlines.at(startNanos + terms.mostNanos()), clock);
        RunListener heard = EngineRun.listener(coordinator, events);
        var sink = new EventSink(runId, this::sinceStart, event -> driver.post(() -> heard.on(event)));
        performer = new RungPerformer(
                coordinator.settings(), money, sink, threads, new Attachments(), work -> nesting(work, sink));
    }

    private Nesting nesting(RungTask work, EventSink sink) {
        var place = new Nesting.Place(RunIdentity.newBeginning(), work.subtaskId());
        return new RunNesting(coordinator.settings(), Optional.empty(), sink, place, work, new NestedResults());
    }

    private Duration sinceStart() {
        return terms.sinceStart().plusNanos(clock.nanoTime() - startNanos);
    }

    /**
     * Performs the rung. Blocks until it has ended or was left behind; spends money. An interrupt of the calling thread, and
     * an engine that does not go on, interrupt the rung: it ends as one that is stopped does, and its spend is known.
     * The interrupt flag is set again when this returns.
     *
     * @param goesOn asked on the calling thread once a pulse
     */
    public Performed perform(BooleanSupplier goesOn) {
        boolean wasInterrupted = Thread.interrupted();
        var drive = new Drive(goesOn, wasInterrupted);
        try {
            return RunDriver.own(runId, drive::toTheEnd);
        } catch (InterruptedException early) {
            throw new IllegalStateException(early); // the flag is not set, and the drive throws none
        } finally {
            if (drive.interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private final class Drive implements RunDriver.Driven {
        private final String label = rung.id().label() + "/" + rung.id().rung();
        private final BooleanSupplier goesOn;
        private boolean interrupted;
        private long pulseNanos = startNanos;
        private boolean stopped;
        private boolean timeUp;
        private @Nullable RungEnd end;
        private Optional<String> abandoned = Optional.empty();

        Drive(BooleanSupplier goesOn, boolean interrupted) {
            this.goesOn = goesOn;
            this.interrupted = interrupted;
        }

        Performed toTheEnd() {
            try (money) {
                driver.start(label, rung.type(), new RunDriver.Work(this::last, this::broken, this::stuck));
                if (interrupted) {
                    stop();
                }
                RungEnd ended = awaitEnd();
                driver.clear();
                return new Performed(ended, money.state().asSpend(), abandoned, timeUp);
            }
        }

        private RungEnd awaitEnd() {
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

        // --- on the thread of the rung

        private Runnable last() {
            RungEnd performed = performed();
            return () -> end = performed;
        }

        private Runnable broken(Throwable thrown) {
            String message = "its thread broke: " + Failure.describe(thrown);
            return () -> end = RungEnd.Failed.of(new Failure(Failure.Kind.CODE_FAILED, message));
        }

        private void stuck(RunDriver.Stuck stuck) {
            abandoned = Optional.of(stuck.thread());
            end = new RungEnd.Cancelled(true, stuck.place());
        }

        private RungEnd performed() {
            var task = new RungTask(rung.type(), rung.input(), rung.id().label(), rung.tier(), rung.evidence());
            try {
                return performer
                        .perform(task, rung.order(), deadline(), KnownWork.nothing(), spend -> {})
                        .end();
            } catch (Throwable thrown) { // an Error of a worker is its subtask's alone
                return RunDriver.isCancel(thrown)
                        ? new RungEnd.Cancelled(true, RunDriver.interruptedIn())
                        : RungEnd.Failed.of(Failure.thrown(
                                Failure.Kind.CODE_FAILED,
                                thrown,
                                "subtask type '%s'".formatted(rung.type().name())));
            }
        }

        private long deadline() {
            return System.nanoTime() + terms.time().toNanos() - (clock.nanoTime() - startNanos);
        }
    }
}
