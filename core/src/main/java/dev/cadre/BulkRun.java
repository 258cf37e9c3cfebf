// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.journal.JournalKey;
import dev.cadre.model.ModelException;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.schedule.LocalRunner;
import dev.cadre.task.Outcome;
import dev.cadre.task.Skip;
import dev.cadre.task.SubtaskType;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One execution of a {@link Bulk}: the calling thread pulls and hands over, each item in flight has a virtual thread. */
final class BulkRun<I, O> {
    /** Items in flight for work that no pool limits. */
    private static final int CODE_WINDOW = 64;

    private sealed interface Done<O> {
        /** @param outage the failure that it shares with all other items, or null */
        record Ended<O>(BulkItem<O> item, @Nullable ModelException outage) implements Done<O> {}

        /** It ended, but could not be recorded. */
        record Unrecorded<O>(String key, RuntimeException why) implements Done<O> {}
    }

    private final Bulk<I, O> bulk;
    private final SubtaskType<I, O> type;
    private final Coordinator coordinator;
    private final Consumer<? super BulkItem<O>> each;
    private final Optional<RunRecord> record;
    private final String runId;
    private final Budget budget;
    private final BlockingQueue<Done<O>> inbox = new LinkedBlockingQueue<>();
    private final Map<String, Thread> inFlight = new HashMap<>();
    private final long deadlineNanos;
    /** The same instant as the system's clock shows it, by which calls are held. */
    private final long callDeadlineNanos;

    private BulkSummary summary;
    private @Nullable RuntimeException unrecorded;
    private @Nullable ModelException outage;

    BulkRun(Bulk<I, O> bulk, Optional<RunRecord> record, Budget budget, Consumer<? super BulkItem<O>> each) {
        this.bulk = bulk;
        this.budget = budget;
        this.each = each;
        type = bulk.type();
        coordinator = bulk.coordinator();
        this.record = record;
        runId = bulk.runId();
        Duration time = budget.deadline().orElse(coordinator.limits().deadline());
        deadlineNanos = coordinator.clock().nanoTime() + time.toNanos();
        callDeadlineNanos = System.nanoTime() + time.toNanos();
        summary = BulkSummary.empty(budget.limit());
    }

    BulkSummary run(Iterator<? extends I> inputs) throws InterruptedException {
        Money spentBefore = record.map(kept -> kept.before().total()).orElse(Money.ZERO);
        record.ifPresent(kept -> kept.started(type.name(), budget.limit()));
        try (BudgetGuard money = budget.open(spentBefore.atMost(budget.limit()))) {
            try {
                pull(inputs, money);
                clear(this::hand);
                throwUnrecorded();
            } finally {
                clear(item -> summary = summary.plus(item));
            }
            summary = summary.withForfeited(money.state().outstanding());
        }
        record.ifPresent(kept -> kept.ended(isOpen() ? "complete" : "partial"));
        if (outage != null) {
            throw outage;
        }
        return summary;
    }

    private void pull(Iterator<? extends I> inputs, BudgetGuard money) throws InterruptedException {
        int window = window();
        for (long index = 0; isOpen() && inputs.hasNext(); index++) {
            while (inFlight.size() >= window && isOpen()) {
                receive();
            }
            if (isOpen() && isInTime()) {
                begin(inputs.next(), index, money);
            }
        }
        while (!inFlight.isEmpty() && summary.stop() != BulkSummary.Stop.DEADLINE) {
            receive();
        }
    }

    /** Looks at the clock itself: items that end fast enough never let the wait for one run into the deadline. */
    private boolean isInTime() {
        if (coordinator.clock().nanoTime() >= deadlineNanos) {
            summary = summary.stoppedBy(BulkSummary.Stop.DEADLINE);
        }
        return isOpen();
    }

    private int window() {
        return type.isModelWork()
                ? coordinator.pools().pool(type.tiers().start()).limits().maxParallel()
                : CODE_WINDOW;
    }

    private boolean isOpen() {
        return summary.stop() == BulkSummary.Stop.END_OF_INPUT && outage == null;
    }

    private void receive() throws InterruptedException {
        Done<O> done = coordinator.clock().poll(inbox, deadlineNanos);
        if (done == null) {
            summary = summary.stoppedBy(BulkSummary.Stop.DEADLINE);
            return;
        }
        take(done, this::hand);
        throwUnrecorded();
    }

    private void take(Done<O> done, Consumer<BulkItem<O>> heard) {
        switch (done) {
            case Done.Ended<O>(BulkItem<O> item, ModelException shared) -> {
                letGo(item.key());
                outage = outage == null ? shared : outage;
                heard.accept(item);
            }
            case Done.Unrecorded<O>(String key, RuntimeException why) -> {
                letGo(key);
                unrecorded = unrecorded == null ? why : unrecorded;
            }
        }
    }

    /** Waits for a thread that has said its last word, so that nothing of it is left when the run returns. */
    private void letGo(String key) {
        Thread thread = inFlight.remove(key);
        boolean interrupted = false;
        while (thread != null && thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** An item that is not on record must end the run: it would be paid again. */
    private void throwUnrecorded() {
        if (unrecorded != null) {
            throw unrecorded;
        }
    }

    private void hand(BulkItem<O> item) {
        summary = summary.plus(item);
        if (item.outcome() instanceof Outcome.Skipped<O> skipped
                && skipped.skip().kind() == Skip.Kind.BUDGET) {
            summary = summary.stoppedBy(BulkSummary.Stop.BUDGET);
        }
        each.accept(item);
    }

    private void begin(I input, long index, BudgetGuard money) {
        String name = bulk.key(input, index);
        if (inFlight.containsKey(name)) {
            throw new IllegalArgumentException("two inputs share the key '%s'".formatted(name));
        }
        Optional<WorkRecord> work = record.map(kept -> kept.work(name, JournalKey.WHOLE, type, input));
        Optional<Outcome<Object>> earlier = work.flatMap(WorkRecord::recall);
        if (earlier.isPresent()) {
            hand(new BulkItem<>(index, name, typed(earlier.get()), Spend.NONE, true));
            return;
        }
        var item = new ItemRun<>(coordinator, type, runId, index, money, callDeadlineNanos, work);
        Thread thread = Thread.ofVirtual()
                .name("cadre-%s-%d".formatted(runId, index))
                .unstarted(() -> inbox.add(done(item, input, index, name, work)));
        inFlight.put(name, thread);
        thread.start();
    }

    @SuppressWarnings("unchecked") // what is on record was read as the type's output
    private Outcome<O> typed(Outcome<Object> recalled) {
        return (Outcome<O>) (Outcome<?>) recalled;
    }

    private Done<O> done(ItemRun<I, O> item, I input, long index, String name, Optional<WorkRecord> work) {
        try {
            Outcome<O> outcome = item.run(input);
            work.ifPresent(kept -> kept.noted(outcome));
            return new Done.Ended<>(new BulkItem<>(index, name, outcome, item.spend(), false), item.outage());
        } catch (RuntimeException e) {
            return new Done.Unrecorded<>(name, e);
        } catch (Error e) { // the caller waits for this item, whatever breaks
            return new Done.Unrecorded<>(name, new IllegalStateException("item '" + name + "' broke", e));
        }
    }

    /** What ignored its interrupt is named, and waited for no more. */
    private void leaveBehind() {
        summary = summary.leaving(
                inFlight.values().stream().map(Thread::getName).sorted().toList());
        inFlight.clear();
    }

    /** Interrupts what is still in flight, and hears out what ends within the grace. */
    private void clear(Consumer<BulkItem<O>> heard) {
        inFlight.values().forEach(Thread::interrupt);
        boolean interrupted = Thread.interrupted();
        long until = coordinator.clock().nanoTime() + LocalRunner.GRACE.toNanos();
        while (!inFlight.isEmpty()) {
            try {
                Done<O> done = coordinator.clock().poll(inbox, until);
                if (done == null) {
                    leaveBehind();
                } else {
                    take(done, heard);
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
