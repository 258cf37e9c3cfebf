// SPDX-License-Identifier: Apache-2.0
package dev.cadre.bulk;

import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.event.RunEvent;
import dev.cadre.journal.UnrecordedException;
import dev.cadre.pool.ModelPool;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.record.RunCache;
import dev.cadre.record.RunIdentity;
import dev.cadre.record.RunRecord;
import dev.cadre.run.Attachments;
import dev.cadre.run.EventSink;
import dev.cadre.run.Nesting;
import dev.cadre.run.RungPerformer;
import dev.cadre.run.SteadyClock;
import dev.cadre.run.StopReason;
import dev.cadre.schedule.Deadlines;
import dev.cadre.schedule.RunDriver;
import dev.cadre.schedule.RunInput;
import dev.cadre.schedule.RungThreads;
import dev.cadre.task.Origin;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import dev.cadre.worker.RungTask;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One execution of a {@link Bulk}: one thread pulls, each item in flight has a thread, and the thread of the run hands over
 * whatever has ended, whether the stream has a next input or not.
 */
final class BulkRun<I, O> {
    /** Items in flight for work that no pool limits. */
    private static final int CODE_WINDOW = 64;

    private static final String INPUT = "input";

    /** Behind the name of the thread of an item whose pack may be under way yet. */
    private static final String ALONE = "-alone";

    /** A call that is not full waits so long for a stream that yields nothing. */
    private static final Duration PACK_PATIENCE = Duration.ofSeconds(1);

    private final Bulk<I, O> bulk;
    private final SubtaskType<I, O> type;
    private final Optional<RunRecord> record;
    private final String runId;
    /** The id of a bulk without a journal is that of others, too. */
    private final String beginning;

    private final Budget budget;
    private final Optional<RunCache> cache;
    private final SteadyClock clock;
    private final RungThreads threads;
    private final RunDriver driver;
    private final Attachments attachments = new Attachments();
    /** The names of the threads under way. */
    private final Set<String> inFlight = new LinkedHashSet<>();

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
        beginning = record.map(RunRecord::beginning).orElseGet(RunIdentity::newBeginning);
        handover = new BulkProgress<>(bulk, this::sinceStart, each);
        window = type.isModelWork() ? window(bulk.pools().candidates()) : CODE_WINDOW;
        Duration time = bulk.runs().time(budget);
        clock = bulk.runs().steadyClock();
        startNanos = clock.nanoTime();
        deadlineNanos = startNanos + time.toNanos();
        callDeadlineNanos = System.nanoTime() + time.toNanos();
        threads = new RungThreads(runId);
        cache = bulk.runs().cache(bulk.fingerprints(), bulk.form(), threads);
        driver = new RunDriver(threads, Deadlines.at(deadlineNanos), clock);
    }

    /** As many inputs as the pools can work on at once. */
    private static int window(List<ModelPool> pools) {
        return Math.clamp(
                pools.stream().mapToLong(pool -> pool.limits().maxParallel()).sum(), 1, Integer.MAX_VALUE);
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
                        before,
                        session,
                        budget.limit(),
                        handover.saved(),
                        handover.tally().breaches()),
                Stream.concat(cache.stream().flatMap(each -> each.notes().stream()), clock.trouble().stream())
                        .toList());
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
        private final ItemTerms<I, O> terms;
        private final InputPuller<I> puller;
        private final EventSink events;
        /** Inputs that wait for others to fill their call. */
        private final List<InputPuller.Pull.Next<I>> waiting = new ArrayList<>();
        /** Items that a pack had no answer for. */
        private final Deque<ItemEnd.Alone<I, O>> alone = new ArrayDeque<>();

        private boolean timeUp;
        /** Why what is in flight is interrupted; read by the items. */
        private volatile @Nullable RunInput cut;
        /** Nothing is pulled any more. */
        private boolean closing;

        private boolean inputInterrupted;
        /** When a stream that is still about to yield an input is interrupted. */
        private long patienceNanos = Long.MAX_VALUE;
        /** When a call is made that is not full, because the stream has yielded nothing for a while. */
        private long packNanos = Long.MAX_VALUE;
        /** Whether what waits is begun as soon as there is room for a call. */
        private boolean isDue;

        Items(BudgetGuard money, Iterator<? extends I> inputs) {
            events = new EventSink(runId, BulkRun.this::sinceStart, this::post);
            var performer = new RungPerformer(bulk.runs(), money, events, threads, attachments, this::nesting);
            var times = new ItemRun.Times(startNanos, callDeadlineNanos, clock, () -> Optional.ofNullable(cut));
            var means = new ItemTerms.Means(runId, performer, threads, attachments, times);
            terms = new ItemTerms<>(type, bulk.packs(), record, cache, means, money, this::post);
            puller = new InputPuller<>(inputs, bulk.naming());
        }

        private Nesting nesting(RungTask work) {
            return new Nesting(
                    bulk.runs(), bulk.journal(), events, new Nesting.Place(beginning, work.subtaskId()), work);
        }

        private void post(RunEvent event) {
            driver.post(() -> handover.tell(event));
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
            giveUpWaiting();
        }

        /** One by one: whoever receives them may throw. */
        private void giveUpWaiting() {
            while (!waiting.isEmpty()) {
                notStarted(waiting.removeFirst(), Spend.NONE);
            }
            while (!alone.isEmpty()) {
                ItemEnd.Alone<I, O> item = alone.remove();
                notStarted(item.next(), item.share());
            }
        }

        @Override
        public boolean isOver() {
            return broken != null
                    || handover.isUnrecorded()
                    || (driver.isIdle() && waiting.isEmpty() && alone.isEmpty());
        }

        @Override
        public long alarm() {
            return Math.min(timeUp ? Long.MAX_VALUE : deadlineNanos, Math.min(patienceNanos, packNanos));
        }

        @Override
        public void ring(long now) {
            if (!timeUp && now >= deadlineNanos) {
                timeUp = true;
                cut = new RunInput.WorkTimeUp();
                handover.stop(new StopReason.Deadline());
                driver.interrupt(List.copyOf(inFlight));
                closeInput(now);
            }
            if (now >= packNanos) {
                packNanos = Long.MAX_VALUE;
                isDue = true;
                goOn();
            }
            if (now >= patienceNanos) {
                patienceNanos = Long.MAX_VALUE;
                inputInterrupted = true;
                driver.interrupt(INPUT);
            }
            if (timeUp) {
                goOn();
            }
        }

        @Override
        public void hear(Runnable word) {
            ring(clock.nanoTime()); // first: nothing is begun after the deadline
            word.run();
            goOn();
        }

        private void goOn() {
            if (!handover.isOpen() || closing) {
                giveUpWaiting();
            }
            if (isOver()) {
                return;
            }
            while (!alone.isEmpty() && inFlight.size() < window) {
                ItemEnd.Alone<I, O> item = alone.remove();
                handover.askedAlone();
                begin(new Job(item.next().index() + ALONE, List.of(item.next())), item.share());
            }
            if (isDue && inFlight.size() < window) {
                beginWaiting();
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

        /** What came of an item of a thread that was not left behind. */
        private void ended(Job job, ItemEnd<I, O> end) {
            if (!job.open.remove(end.next().index())) {
                return;
            }
            if (!(end instanceof ItemEnd.Alone<I, O>)) {
                attachments.release(end.next().key());
            }
            switch (end) {
                case ItemEnd.Ended<I, O> ended -> {
                    ended.outage().ifPresent(because -> handover.stop(StopReason.paused(ended.outcome(), because)));
                    handover.ended(ended.item());
                }
                case ItemEnd.NotBegun<I, O>(var next) -> notStarted(next, Spend.NONE);
                case ItemEnd.Alone<I, O> again -> alone.add(again);
            }
        }

        /** What is not on record would be paid again: this ends the run. */
        private void unrecorded(UnrecordedException because) {
            handover.stop(new StopReason.Unrecorded(because));
            if (cut == null) {
                cut = new RunInput.Unrecorded(String.valueOf(because.getMessage()));
            }
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
                        await(next);
                    } else {
                        notStarted(next, Spend.NONE);
                    }
                }
                case InputPuller.Pull.End<I> end -> endInput();
                case InputPuller.Pull.Broken<I>(Throwable why) -> {
                    endInput();
                    handover.broke("stream or key", why);
                    inputTrouble = inputInterrupted ? null : why; // what it throws then may be of the interrupt
                }
            }
        }

        private void endInput() {
            inputEnded = true;
            isDue = true;
        }

        private void notStarted(InputPuller.Pull.Next<I> next, Spend share) {
            handover.ended(new BulkItem<>(
                    next.index(), next.key(), new Outcome.Skipped<>(handover.notStarted()), share, Origin.SESSION));
        }

        /** Lets an input wait until as many have come as go into one call, or none has come for a while. */
        private void await(InputPuller.Pull.Next<I> next) {
            waiting.add(next);
            packNanos = clock.nanoTime() + PACK_PATIENCE.toNanos();
            isDue |= waiting.size() >= bulk.itemsInACall();
        }

        private void beginWaiting() {
            packNanos = Long.MAX_VALUE;
            isDue = false;
            if (!waiting.isEmpty()) {
                List<InputPuller.Pull.Next<I>> items = List.copyOf(waiting);
                waiting.clear();
                begin(new Job(Long.toString(items.get(0).index()), items), Spend.NONE);
            }
        }

        /** @param share what each bears of the cost of a pack that had no answer for it */
        private void begin(Job job, Spend share) {
            inFlight.add(job.label);
            var thread = new ItemThread<>(terms, job);
            driver.start(
                    job.label,
                    type,
                    new RunDriver.Work(
                            () -> {
                                thread.run(job.items, share);
                                return () -> inFlight.remove(job.label);
                            },
                            thrown -> () -> broke(job, thrown),
                            stuck -> stuck(job, thread, stuck)));
        }

        private void broke(Job job, Throwable why) {
            inFlight.remove(job.label);
            if (broken == null) {
                broken = why instanceof RuntimeException known
                        ? known
                        : new IllegalStateException("item '" + job.items.get(0).key() + "' broke", why);
            }
        }

        private void stuck(Job job, ItemThread<I, O> thread, RunDriver.Stuck stuck) {
            thread.leave();
            inFlight.remove(job.label);
            handover.tell(new RunEvent.WorkAbandoned(
                    runId, sinceStart(), job.items.get(0).key(), stuck.thread()));
            Outcome<O> outcome = ItemMachine.leftBehind(stuck.thread(), stuck.place(), timeUp);
            job.isLeft = true;
            @Nullable Throwable thrown = null;
            for (InputPuller.Pull.Next<I> next : job.items) {
                try {
                    ended(job, new ItemEnd.Ended<>(next, outcome, Spend.NONE, Origin.SESSION, Optional.empty()));
                } catch (Throwable ofConsumer) { // who is told of the others, too
                    thrown = thrown == null ? ofConsumer : thrown;
                }
            }
            if (thrown != null) {
                throw BulkRun.<RuntimeException>asThrown(thrown);
            }
        }

        /** A thread under way; what it says is heard on the thread of the run, in this order, unless it was left behind. */
        private final class Job implements ItemThread.Hearer<I, O> {
            private final String label;
            private final List<InputPuller.Pull.Next<I>> items;
            /** Those of which nothing was heard; belongs to the thread of the run. */
            private final Set<Long> open = new HashSet<>();

            private volatile boolean isLeft;

            Job(String label, List<InputPuller.Pull.Next<I>> items) {
                this.label = label;
                this.items = items;
                items.forEach(next -> open.add(next.index()));
            }

            @Override
            public void ended(ItemEnd<I, O> end) {
                if (!isLeft) {
                    driver.post(() -> Items.this.ended(this, end));
                }
            }

            @Override
            public void unrecorded(UnrecordedException because) {
                driver.post(() -> Items.this.unrecorded(because));
            }
        }
    }
}
