// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.event.RunEvent;
import dev.cadre.journal.JournalKey;
import dev.cadre.model.ModelException;
import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.schedule.LocalRunner;
import dev.cadre.schedule.RungThreads;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One execution of a {@link Bulk}: one thread pulls, each item in flight has a virtual thread, and the calling thread
 * hands over whatever has ended, whether the stream has a next input or not.
 */
final class BulkRun<I, O> {
    /** Items in flight for work that no pool limits. */
    private static final int CODE_WINDOW = 64;

    private static final String INPUT = "input";

    private sealed interface Message<I, O> {
        record Pulled<I, O>(InputPuller.Pull<I> pull) implements Message<I, O> {}

        record Happened<I, O>(RunEvent event) implements Message<I, O> {}

        /** @param outage the failure that it shares with all other items, if there is one */
        record Ended<I, O>(BulkItem<O> item, Optional<ModelException> outage) implements Message<I, O> {}

        /** It ended, but could not be recorded. */
        record Unrecorded<I, O>(long index, RuntimeException why) implements Message<I, O> {}
    }

    private record InFlight(String key, Thread thread) {}

    private final Bulk<I, O> bulk;
    private final SubtaskType<I, O> type;
    private final Coordinator coordinator;
    private final Optional<RunRecord> record;
    private final String runId;
    private final Budget budget;
    private final BlockingQueue<Message<I, O>> inbox = new LinkedBlockingQueue<>();
    private final Map<Long, InFlight> inFlight = new HashMap<>();
    private final Set<Tier> ceilings = EnumSet.noneOf(Tier.class);
    private final Handover<O> handover;
    private final int window;
    private final long startNanos;
    private final long deadlineNanos;
    /** The same instant as the system's clock shows it, by which calls are held. */
    private final long callDeadlineNanos;

    private boolean inputEnded;
    /** What the stream, or the naming of an input, threw. */
    private @Nullable Throwable inputTrouble;

    private @Nullable RuntimeException unrecorded;

    BulkRun(Bulk<I, O> bulk, Optional<RunRecord> record, Budget budget, Consumer<? super BulkItem<O>> each) {
        this.bulk = bulk;
        this.budget = budget;
        type = bulk.type();
        coordinator = bulk.coordinator();
        this.record = record;
        runId = bulk.runId();
        handover = new Handover<>(bulk, this::sinceStart, each);
        window = type.isModelWork()
                ? coordinator.pools().pool(type.tiers().start()).limits().maxParallel()
                : CODE_WINDOW;
        Duration time = budget.deadline().orElse(coordinator.limits().deadline());
        startNanos = coordinator.clock().nanoTime();
        deadlineNanos = startNanos + time.toNanos();
        callDeadlineNanos = System.nanoTime() + time.toNanos();
    }

    BulkSummary run(Iterator<? extends I> inputs) throws InterruptedException {
        Spend before = record.map(RunRecord::before).orElse(Spend.NONE);
        record.ifPresent(kept -> kept.started(type.name(), budget.limit()));
        handover.started(budget.limit(), coordinator.shutdowns(List.of(type)));
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
                handover.mute();
                items.leave();
                handover.end();
                session = handover.tally().session(money.state(), opened);
                if (brokenOff != null) {
                    handover.runEnded(brokenOff, before.plus(session).total());
                }
            }
        }
        if (unrecorded != null || inputTrouble != null) {
            handover.runEnded("failed", before.plus(session).total());
            throwTrouble();
        }
        record.ifPresent(kept -> kept.ended(handover.isOpen() ? "complete" : "partial", List.of()));
        handover.runEnded(before.plus(session).total());
        return handover.summary(new BulkSummary.Costs(
                before, session, budget.limit(), handover.tally().breaches()));
    }

    private Duration sinceStart() {
        return Duration.ofNanos(coordinator.clock().nanoTime() - startNanos);
    }

    /** An item that is not on record must end the run: it would be paid again. */
    private void throwTrouble() {
        if (unrecorded != null) {
            throw unrecorded;
        }
        if (inputTrouble != null) {
            throw BulkRun.<RuntimeException>asThrown(inputTrouble);
        }
    }

    /** As it would have come out of the stream on this thread, a checked exception included. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <T extends Throwable> T asThrown(Throwable thrown) throws T {
        throw (T) thrown;
    }

    /** The items of the run while its money is open. */
    private final class Items {
        private final BudgetGuard money;
        private final RungPerformer performer;
        private final InputPuller<I> puller;
        /** What is in flight has been interrupted: nothing more is begun, because nobody would interrupt it. */
        private boolean leaving;

        Items(BudgetGuard money, Iterator<? extends I> inputs) {
            this.money = money;
            performer = new RungPerformer(
                    runId,
                    coordinator,
                    money,
                    BulkRun.this::sinceStart,
                    event -> inbox.add(new Message.Happened<>(event)));
            puller = new InputPuller<>(
                    inputs, bulk.naming(), pull -> inbox.add(new Message.Pulled<>(pull)), threadName(INPUT));
        }

        void drive() throws InterruptedException {
            while (!isOver()) {
                if (wantsInput()) {
                    puller.demand();
                }
                Message<I, O> message = coordinator.clock().poll(inbox, deadlineNanos);
                lookAtTheClock(); // itself: items that end fast enough never let the wait for one run into the deadline
                if (message != null) {
                    take(message);
                }
            }
        }

        private void lookAtTheClock() {
            if (coordinator.clock().nanoTime() >= deadlineNanos) {
                handover.stop(BulkSummary.Stop.DEADLINE);
            }
        }

        private boolean isOver() {
            boolean noMore = inputEnded || !handover.isOpen();
            return unrecorded != null
                    || (coordinator.clock().nanoTime() >= deadlineNanos && !handover.isOpen())
                    || (noMore && inFlight.isEmpty());
        }

        private boolean wantsInput() {
            return handover.isOpen() && !inputEnded && !puller.isPulling() && inFlight.size() < window;
        }

        private void take(Message<I, O> message) {
            switch (message) {
                case Message.Happened<I, O>(RunEvent event) -> tell(event);
                case Message.Pulled<I, O>(InputPuller.Pull<I> pull) -> {
                    puller.arrived();
                    pulled(pull);
                }
                case Message.Ended<I, O>(BulkItem<O> item, Optional<ModelException> outage) -> {
                    if (letGo(item.index())) {
                        ended(item, outage);
                    }
                }
                case Message.Unrecorded<I, O>(long index, RuntimeException why) -> {
                    if (letGo(index) && unrecorded == null) {
                        unrecorded = why;
                    }
                }
            }
        }

        /** Each item has a machine of its own, which lowers its own ceiling: one event is enough. */
        private void tell(RunEvent event) {
            if (!(event instanceof RunEvent.CeilingLowered lowered) || ceilings.add(lowered.ceiling())) {
                handover.tell(event);
            }
        }

        private void ended(BulkItem<O> item, Optional<ModelException> outage) {
            outage.ifPresent(because -> handover.paused(reason(item.outcome()), because));
            handover.ended(item);
        }

        private static String reason(Outcome<?> outcome) {
            return switch (outcome) {
                case Outcome.Skipped<?> skipped -> skipped.skip().message();
                case Outcome.Failed<?> failed -> failed.failure().message();
                case Outcome.Succeeded<?> succeeded -> "";
            };
        }

        private void pulled(InputPuller.Pull<I> pull) {
            switch (pull) {
                case InputPuller.Pull.Next<I> next -> {
                    handover.admitted(next.key());
                    if (handover.isOpen() && unrecorded == null && !leaving) {
                        begin(next);
                    } else {
                        notStarted(next);
                    }
                }
                case InputPuller.Pull.End<I> end -> inputEnded = true;
                case InputPuller.Pull.Broken<I>(Throwable why) -> {
                    inputEnded = true;
                    handover.broke("stream or key", why);
                    inputTrouble = handover.isOpen() ? why : null; // once stopped, it may be of our interrupt
                }
            }
        }

        private void notStarted(InputPuller.Pull.Next<I> next) {
            handover.ended(new BulkItem<>(
                    next.index(), next.key(), new Outcome.Skipped<>(handover.notStarted()), Spend.NONE, false));
        }

        private void begin(InputPuller.Pull.Next<I> next) {
            Optional<WorkRecord> work = record.map(kept -> kept.work(next.key(), JournalKey.WHOLE, type, next.input()));
            Optional<Outcome<Object>> earlier = work.flatMap(WorkRecord::recall);
            if (earlier.isPresent()) {
                handover.ended(new BulkItem<>(next.index(), next.key(), typed(earlier.get()), Spend.NONE, true));
                return;
            }
            var item = new ItemRun<>(
                    performer,
                    type,
                    new ItemRun.Place(runId, next.key(), next.index()),
                    new ItemRun.Times(startNanos, callDeadlineNanos, coordinator.clock()),
                    money,
                    work,
                    event -> inbox.add(new Message.Happened<>(event)));
            Thread thread = RungThreads.start(
                    threadName(Long.toString(next.index())), type, () -> inbox.add(perform(item, next, work)));
            inFlight.put(next.index(), new InFlight(next.key(), thread));
        }

        @SuppressWarnings("unchecked") // what is on record was read as the type's output
        private Outcome<O> typed(Outcome<Object> recalled) {
            return (Outcome<O>) (Outcome<?>) recalled;
        }

        private String threadName(String what) {
            return "cadre-%s-%s".formatted(runId, what);
        }

        // --- on the item's own thread

        private Message<I, O> perform(ItemRun<I, O> item, InputPuller.Pull.Next<I> next, Optional<WorkRecord> work) {
            try {
                Outcome<O> outcome = item.run(next.input());
                work.ifPresent(kept -> kept.noted(outcome));
                return new Message.Ended<>(
                        new BulkItem<>(next.index(), next.key(), outcome, item.spend(), false), item.outage());
            } catch (RuntimeException e) {
                return new Message.Unrecorded<>(next.index(), e);
            } catch (Throwable e) { // the caller waits for this item, whatever breaks
                return new Message.Unrecorded<>(
                        next.index(), new IllegalStateException("item '" + next.key() + "' broke", e));
            }
        }

        // --- the end

        /**
         * Waits for a thread that has said its last word, so that nothing of it is left when the run returns.
         *
         * @return false if the item was left behind before
         */
        private boolean letGo(long index) {
            InFlight gone = inFlight.remove(index);
            boolean interrupted = false;
            while (gone != null && gone.thread().isAlive()) {
                try {
                    gone.thread().join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            return gone != null;
        }

        /**
         * Interrupts what is still in flight, and hears out what ends within the grace. A stream that is about to bring an
         * input has half of it: an interrupt may close what it reads from.
         */
        void leave() {
            leaving = true;
            boolean interrupted = Thread.interrupted();
            inFlight.values().forEach(item -> item.thread().interrupt());
            long now = coordinator.clock().nanoTime();
            long until = now + LocalRunner.GRACE.toNanos();
            long patience = now + LocalRunner.GRACE.toNanos() / 2;
            boolean isPatient = true;
            while (!inFlight.isEmpty() || puller.isPulling()) {
                try {
                    long alarm = isPatient && puller.isPulling() ? patience : until;
                    Message<I, O> message = coordinator.clock().poll(inbox, alarm);
                    if (message != null) {
                        take(message);
                    } else if (alarm == patience) {
                        puller.interrupt();
                        isPatient = false;
                    } else {
                        leaveBehind();
                        break;
                    }
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            puller.close();
            for (Message<I, O> last = inbox.poll(); last != null; last = inbox.poll()) {
                take(last);
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }

        /** What ignored its interrupt is named, and waited for no more. */
        private void leaveBehind() {
            if (puller.isPulling()) {
                puller.leaveBehind();
                handover.tell(new RunEvent.WorkAbandoned(runId, sinceStart(), INPUT, puller.threadName()));
            }
            Map<Long, InFlight> left = new TreeMap<>(inFlight);
            inFlight.clear();
            left.forEach((index, item) -> {
                String thread = item.thread().getName();
                handover.tell(new RunEvent.WorkAbandoned(runId, sinceStart(), item.key(), thread));
                boolean late = coordinator.clock().nanoTime() >= deadlineNanos;
                Outcome<O> outcome = Outcome.failed(
                        late ? Failure.Kind.DEADLINE : Failure.Kind.CANCELLED,
                        "thread '%s' ignored its interrupt and was left behind".formatted(thread));
                handover.ended(new BulkItem<>(index, item.key(), outcome, Spend.NONE, false));
            });
        }
    }
}
