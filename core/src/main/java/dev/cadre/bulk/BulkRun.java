// SPDX-License-Identifier: Apache-2.0
package dev.cadre.bulk;

import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.event.RunEvent;
import dev.cadre.journal.JournalException;
import dev.cadre.journal.JournalKey;
import dev.cadre.journal.UnrecordedException;
import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.record.RunRecord;
import dev.cadre.record.WorkRecord;
import dev.cadre.run.Attachments;
import dev.cadre.run.EventSink;
import dev.cadre.run.RungPerformer;
import dev.cadre.run.SteadyClock;
import dev.cadre.run.StopReason;
import dev.cadre.schedule.Deadlines;
import dev.cadre.schedule.RunDriver;
import dev.cadre.schedule.RunInput;
import dev.cadre.schedule.RungThreads;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import dev.cadre.worker.Attached;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One execution of a {@link Bulk}: one thread pulls, each item in flight has a thread, and the thread of the run hands over
 * whatever has ended, whether the stream has a next input or not.
 */
final class BulkRun<I, O> {
    /** Items in flight for work that no pool limits. */
    private static final int CODE_WINDOW = 64;

    private static final String INPUT = "input";

    private final Bulk<I, O> bulk;
    private final SubtaskType<I, O> type;
    private final Optional<RunRecord> record;
    private final String runId;
    private final Budget budget;
    private final SteadyClock clock;
    private final RungThreads threads;
    private final RunDriver driver;
    private final Attachments attachments = new Attachments();
    private final Set<Long> inFlight = new LinkedHashSet<>();
    private final Set<Tier> ceilings = EnumSet.noneOf(Tier.class);
    private final BulkProgress<O> handover;
    private final int window;
    private final long startNanos;
    private final long deadlineNanos;
    /** The same instant as the system's clock shows it, by which calls are held. */
    private final long callDeadlineNanos;

    private boolean inputEnded;
    /** What the stream, or the naming of an input, threw. */
    private @Nullable Throwable inputTrouble;

    /** What the library itself threw in an item. */
    private @Nullable RuntimeException broken;

    BulkRun(Bulk<I, O> bulk, Optional<RunRecord> record, Budget budget, Consumer<? super BulkItem<O>> each) {
        this.bulk = bulk;
        this.budget = budget;
        type = bulk.type();
        this.record = record;
        runId = bulk.runId();
        handover = new BulkProgress<>(bulk, this::sinceStart, each);
        window = type.isModelWork()
                ? bulk.runs().pools().pool(type.tiers().start()).limits().maxParallel()
                : CODE_WINDOW;
        Duration time = bulk.runs().time(budget);
        clock = bulk.runs().steadyClock();
        startNanos = clock.nanoTime();
        deadlineNanos = startNanos + time.toNanos();
        callDeadlineNanos = System.nanoTime() + time.toNanos();
        threads = new RungThreads(runId);
        driver = new RunDriver(threads, Deadlines.at(deadlineNanos), clock);
    }

    BulkSummary run(Iterator<? extends I> inputs) throws InterruptedException {
        Spend before = record.map(RunRecord::before).orElse(Spend.NONE);
        record.ifPresent(kept -> kept.started(type.name(), budget.limit()));
        handover.started(budget.limit(), bulk.shutdowns());
        Money opened = before.total().atMost(budget.limit());
        @Nullable String brokenOff = "failed";
        Spend session = Spend.NONE;
        try (BudgetGuard money = budget.open(opened)) {
            var items = new Items(money, inputs);
            try {
                items.drive();
                items.leave();
                brokenOff = null;
            } catch (InterruptedException e) {
                brokenOff = "cancelled";
                throw e;
            } finally {
                if (brokenOff != null) {
                    handover.mute();
                }
                items.leave();
                handover.end();
                session = handover.tally().session(money.state(), opened);
                if (brokenOff != null) {
                    handover.runEnded(brokenOff, before.plus(session).total());
                }
            }
        }
        if (broken != null || inputTrouble != null) {
            handover.runEnded("failed", before.plus(session).total());
            throwTrouble();
        }
        record.ifPresent(handover::recordEnd);
        handover.runEnded(before.plus(session).total());
        return handover.summary(
                new BulkSummary.Costs(
                        before, session, budget.limit(), handover.tally().breaches()),
                clock.trouble());
    }

    private Duration sinceStart() {
        return Duration.ofNanos(clock.nanoTime() - startNanos);
    }

    private void throwTrouble() {
        if (broken != null) {
            throw broken;
        }
        if (inputTrouble != null) {
            throw BulkRun.<RuntimeException>asThrown(inputTrouble);
        }
    }

    /** As it would have come out of the stream on this thread, a checked exception included. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    static <T extends Throwable> T asThrown(Throwable thrown) throws T {
        throw (T) thrown;
    }

    /** The items of the run while its money is open. */
    private final class Items implements RunDriver.Driven {
        private final BudgetGuard money;
        private final RungPerformer performer;
        private final InputPuller<I> puller;

        private boolean timeUp;
        /** Why what is in flight is interrupted; read by the items. */
        private volatile @Nullable RunInput cut;
        /** Nothing is pulled any more. */
        private boolean closing;

        private boolean inputInterrupted;
        /** When a stream that is still about to yield an input is interrupted. */
        private long patienceNanos = Long.MAX_VALUE;

        Items(BudgetGuard money, Iterator<? extends I> inputs) {
            this.money = money;
            performer = new RungPerformer(
                    bulk.runs(),
                    money,
                    new EventSink(runId, BulkRun.this::sinceStart, this::post),
                    threads,
                    attachments);
            puller = new InputPuller<>(inputs, bulk.naming());
        }

        private void post(RunEvent event) {
            driver.post(() -> tell(event));
        }

        void drive() throws InterruptedException {
            driver.startPlatform(
                    INPUT,
                    new RunDriver.Work(
                            () -> pulled(puller.pullAll(pull -> driver.post(pulled(pull)))),
                            thrown -> pulled(new InputPuller.Pull.Broken<>(thrown)),
                            this::inputStuck));
            goOn();
            while (!isOver()) {
                driver.turn(this);
            }
        }

        /** Ends whatever is still under way. */
        void leave() {
            closing = true;
            inputInterrupted = true;
            puller.close();
            driver.clear();
        }

        @Override
        public boolean isOver() {
            return broken != null || handover.isUnrecorded() || driver.isIdle();
        }

        @Override
        public long alarm() {
            return Math.min(timeUp ? Long.MAX_VALUE : deadlineNanos, patienceNanos);
        }

        @Override
        public void ring(long now) {
            if (!timeUp && now >= deadlineNanos) {
                timeUp = true;
                cut = new RunInput.WorkTimeUp();
                handover.stop(new StopReason.Deadline());
                driver.interrupt(inFlight.stream().map(String::valueOf).toList());
                closeInput(now);
            }
            if (now >= patienceNanos) {
                patienceNanos = Long.MAX_VALUE;
                inputInterrupted = true;
                driver.interrupt(INPUT);
            }
        }

        @Override
        public void hear(Runnable word) {
            ring(clock.nanoTime()); // first: nothing is begun after the deadline
            word.run();
            goOn();
        }

        private void goOn() {
            if (isOver()) {
                return;
            }
            if (!closing && !inputEnded && handover.isOpen()) {
                if (!puller.isPulling() && inFlight.size() < window) {
                    puller.demand();
                }
            } else if (inFlight.isEmpty()) {
                closeInput(clock.nanoTime());
            }
        }

        /** A stream that is about to yield an input has half of the grace: an interrupt may close what it reads from. */
        private void closeInput(long now) {
            if (!closing) {
                closing = true;
                driver.beginGrace(INPUT);
                if (puller.isPulling()) {
                    patienceNanos = now + Deadlines.GRACE.toNanos() / 2;
                } else {
                    puller.close();
                }
            }
        }

        private void inputStuck(RunDriver.Stuck stuck) {
            puller.arrived();
            handover.tell(new RunEvent.WorkAbandoned(runId, sinceStart(), INPUT, stuck.thread()));
        }

        /** Each item has a machine of its own, which lowers its own ceiling: one event is enough. */
        private void tell(RunEvent event) {
            if (!(event instanceof RunEvent.CeilingLowered lowered) || ceilings.add(lowered.ceiling())) {
                handover.tell(event);
            }
        }

        private void ended(BulkItem<O> item, ItemRun<I, O> run) {
            inFlight.remove(item.index());
            attachments.release(item.key());
            run.outage().ifPresent(because -> handover.stop(new StopReason.Paused(reason(item.outcome()), because)));
            run.unrecorded().ifPresent(this::unrecorded);
            handover.ended(item);
        }

        /** What is not on record would be paid again: this ends the run. */
        private void unrecorded(UnrecordedException because) {
            handover.stop(new StopReason.Unrecorded(because));
            if (cut == null) {
                cut = new RunInput.Unrecorded(String.valueOf(because.getMessage()));
            }
        }

        private static String reason(Outcome<?> outcome) {
            return switch (outcome) {
                case Outcome.Skipped<?> skipped -> skipped.skip().message();
                case Outcome.Failed<?> failed -> failed.failure().message();
                case Outcome.Succeeded<?> succeeded -> "";
            };
        }

        private Runnable pulled(InputPuller.Pull<I> pull) {
            return () -> take(pull);
        }

        private void take(InputPuller.Pull<I> pull) {
            puller.arrived();
            if (closing) {
                puller.close();
            }
            switch (pull) {
                case InputPuller.Pull.Next<I> next -> {
                    handover.admitted(next.key());
                    if (handover.isOpen() && !closing) {
                        begin(next);
                    } else {
                        notStarted(next);
                    }
                }
                case InputPuller.Pull.End<I> end -> inputEnded = true;
                case InputPuller.Pull.Broken<I>(Throwable why) -> {
                    inputEnded = true;
                    handover.broke("stream or key", why);
                    inputTrouble = inputInterrupted ? null : why; // what it throws then may be of the interrupt
                }
            }
        }

        private void notStarted(InputPuller.Pull.Next<I> next) {
            ended(next, new Outcome.Skipped<>(handover.notStarted()), false);
        }

        /** Of an item that was not performed. */
        private void ended(InputPuller.Pull.Next<I> next, Outcome<O> outcome, boolean recorded) {
            handover.ended(new BulkItem<>(next.index(), next.key(), outcome, Spend.NONE, recorded));
        }

        private void begin(InputPuller.Pull.Next<I> next) {
            var work = new AtomicReference<@Nullable WorkRecord>();
            inFlight.add(next.index());
            driver.start(
                    Long.toString(next.index()),
                    type,
                    new RunDriver.Work(
                            () -> recalled(next, work).orElseGet(() -> perform(next, Optional.ofNullable(work.get()))),
                            thrown -> () -> broke(next, thrown),
                            stuck -> stuck(next, Optional.ofNullable(work.get()), stuck)));
        }

        /** On the item's own thread, because what is attached is a part of its identity: empty if it is to be performed. */
        private Optional<Runnable> recalled(InputPuller.Pull.Next<I> next, AtomicReference<@Nullable WorkRecord> work) {
            if (record.isEmpty()) {
                return Optional.empty();
            }
            try {
                return switch (attached(next)) {
                    case Attached.Unmade unmade when RunDriver.isInterrupted() -> Optional.of(() -> notBegun(next));
                    case Attached.Unmade(Failure failure) ->
                        Optional.of(() -> known(next, new Outcome.Failed<>(failure), false));
                    case Attached.Made made -> {
                        WorkRecord kept = record.get().work(next.key(), JournalKey.WHOLE, type, next.input(), made);
                        work.set(kept);
                        yield kept.recall().map(earlier -> () -> known(next, typed(earlier), true));
                    }
                };
            } catch (InterruptedException cancel) {
                return Optional.of(() -> notBegun(next));
            } catch (JournalException | UnrecordedException unreadable) {
                UnrecordedException because = RunRecord.unrecorded("item '%s'".formatted(next.key()), unreadable);
                return Optional.of(() -> {
                    unrecorded(because);
                    notBegun(next);
                });
            }
        }

        private Attached attached(InputPuller.Pull.Next<I> next) throws InterruptedException {
            return attachments.of(
                    next.key(),
                    type,
                    () -> threads.call(
                            threads.name(next.key() + "/attachments"), type, () -> Attached.of(type, next.input())));
        }

        private void known(InputPuller.Pull.Next<I> next, Outcome<O> outcome, boolean recorded) {
            inFlight.remove(next.index());
            attachments.release(next.key());
            ended(next, outcome, recorded);
        }

        private void notBegun(InputPuller.Pull.Next<I> next) {
            known(next, new Outcome.Skipped<>(handover.notStarted()), false);
        }

        @SuppressWarnings("unchecked") // what is on record was read as the type's output
        private Outcome<O> typed(Outcome<Object> recalled) {
            return (Outcome<O>) (Outcome<?>) recalled;
        }

        private Runnable perform(InputPuller.Pull.Next<I> next, Optional<WorkRecord> work) {
            var item = new ItemRun<>(
                    performer,
                    type,
                    new ItemRun.Place(runId, next.key(), next.index()),
                    new ItemRun.Times(startNanos, callDeadlineNanos, clock, () -> Optional.ofNullable(cut)),
                    money,
                    work,
                    this::post);
            Outcome<O> outcome = item.run(next.input());
            var ended = new BulkItem<>(next.index(), next.key(), outcome, item.spend(), false);
            return () -> ended(ended, item);
        }

        private void broke(InputPuller.Pull.Next<I> next, Throwable why) {
            inFlight.remove(next.index());
            if (broken == null) {
                broken = why instanceof RuntimeException known
                        ? known
                        : new IllegalStateException("item '" + next.key() + "' broke", why);
            }
        }

        private void stuck(InputPuller.Pull.Next<I> next, Optional<WorkRecord> work, RunDriver.Stuck stuck) {
            work.ifPresent(WorkRecord::leave);
            inFlight.remove(next.index());
            handover.tell(new RunEvent.WorkAbandoned(runId, sinceStart(), next.key(), stuck.thread()));
            Outcome<O> outcome = Outcome.failed(
                    timeUp ? Failure.Kind.DEADLINE : Failure.Kind.CANCELLED,
                    "thread '%s' ignored its interrupt%s and was left behind"
                            .formatted(stuck.thread(), stuck.place().isEmpty() ? "" : " in " + stuck.place()));
            attachments.release(next.key());
            ended(next, outcome, false);
        }
    }
}
