// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.budget.Admission;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.budget.Reservation;
import dev.cadre.journal.JournalEntry;
import dev.cadre.model.Batch;
import dev.cadre.model.BatchClient;
import dev.cadre.model.ModelException;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.schedule.LocalRunner;
import dev.cadre.schedule.RunClock;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * One execution of a {@link Bulk} by batches, all on the calling thread: fill shards as far as limits and money reach,
 * submit them, ask after them, collect what has ended.
 */
final class BatchLane<I, O> {
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(5);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    private static final Duration PAUSE_AT_THE_END = Duration.ofMillis(100);

    private final BatchTerms<I, O> terms;
    private final BatchClient client;
    private final RunClock clock;
    private final ShardRecord record;
    private final ShardSender sender;
    private final Handover<O> handover;
    private final OpenShards<I> shards = new OpenShards<>();
    private Optional<Failure> noMore = Optional.empty();

    BatchLane(BatchTerms<I, O> terms, Consumer<? super BulkItem<O>> each) {
        this.terms = terms;
        client = terms.client();
        clock = terms.clock();
        record = new ShardRecord(terms.journal(), terms.runId(), terms.asked());
        sender = new ShardSender(client, clock, terms.runId());
        handover = new Handover<>(terms.budget().limit(), each);
    }

    BulkSummary run(Iterator<? extends I> inputs) throws InterruptedException {
        Money limit = terms.budget().limit();
        try (var folder = new ShardFolder()) {
            List<ShardRecord.Open> left = resumable();
            Money leftReserved = left.stream().map(ShardRecord.Open::reserved).reduce(Money.ZERO, Money::plus);
            Money before = terms.journal().spent(terms.runId()).total().minus(leftReserved);
            terms.journal()
                    .append(new JournalEntry.RunStarted(
                            terms.runId(),
                            terms.fingerprints().of(terms.bulk().type()),
                            terms.bulk().type().name(),
                            limit));
            try (BudgetGuard money = terms.budget().open(before.atMost(limit))) {
                left.forEach(shard -> adopt(shard, money, folder.path()));
                workAndStop(new ShardIntake<>(terms, inputs, money, shards, handover), money, folder.path());
                handover.forfeited(money.state().outstanding());
            }
        }
        terms.journal().append(new JournalEntry.RunEnded(terms.runId(), handover.isOpen() ? "complete" : "partial"));
        return handover.summary();
    }

    /** The shards whose batches exist. A process died before it made the others: their items were never sent. */
    private List<ShardRecord.Open> resumable() throws InterruptedException {
        List<ShardRecord.Open> left = record.open();
        if (left.isEmpty()) {
            return left;
        }
        Map<String, Batch> made =
                sender.find(left.stream().map(ShardRecord.Open::token).collect(Collectors.toSet()));
        var resumable = new ArrayList<ShardRecord.Open>();
        for (ShardRecord.Open shard : left) {
            Batch batch = made.get(shard.token());
            if (batch == null) {
                record.neverSent(shard);
            } else {
                resumable.add(shard.madeAs(batch.id()));
            }
        }
        return resumable;
    }

    private void adopt(ShardRecord.Open left, BudgetGuard money, Path folder) {
        var shard = new Shard<I>(left.number(), left.token(), folder);
        shards.submitted(shard);
        shard.isBatch(left.batchId());
        for (JournalEntry.Intent intent : left.intents()) {
            if (!(money.reserve(intent.reserved()) instanceof Admission.Granted(Reservation reservation))) {
                shards.ended(shard);
                throw new IllegalArgumentException("the budget of %s does not cover what is under way in batches: %s"
                        .formatted(terms.budget().limit(), left.reserved()));
            }
            var item = new BatchItem<I>(intent.key().subtask(), intent.fingerprint(), reservation, 1, Spend.NONE);
            shard.adopt(item);
            shards.put(shard, item);
        }
    }

    private void workAndStop(ShardIntake<I, O> intake, BudgetGuard money, Path folder) throws InterruptedException {
        boolean returns = false;
        try {
            work(intake, money, folder);
            returns = true;
        } finally {
            if (!returns) {
                handover.mute();
            }
            stop(intake);
        }
    }

    private void work(ShardIntake<I, O> intake, BudgetGuard money, Path folder) throws InterruptedException {
        Duration pause = FIRST_PAUSE;
        while (true) {
            fill(intake, folder);
            if ((shards.isEmpty() && !intake.hasMore()) || !isInTimeAfter(pause)) {
                return;
            }
            boolean hasEnded = false;
            for (Shard<I> shard : shards.submitted()) {
                hasEnded |= collect(shard, money, folder);
            }
            if (hasEnded || shards.submitted().isEmpty()) {
                Optional<Shard<I>> postponed = shards.nextPostponed();
                if (postponed.isPresent()) {
                    submit(postponed.get());
                }
            }
            Duration twice = pause.multipliedBy(2);
            pause = hasEnded ? FIRST_PAUSE : twice.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : twice;
        }
    }

    /** Waits, but not beyond the deadline. */
    private boolean isInTimeAfter(Duration pause) throws InterruptedException {
        Duration left = Duration.ofNanos(Math.max(0, terms.deadlineNanos() - clock.nanoTime()));
        sender.pause(left.compareTo(pause) < 0 ? left : pause);
        if (terms.isTimeUp()) {
            handover.stop(BulkSummary.Stop.DEADLINE);
            return false;
        }
        return true;
    }

    private void fill(ShardIntake<I, O> intake, Path folder) throws InterruptedException {
        while (intake.hasMore() && !terms.isTimeUp() && shards.hasRoomForMore(terms.limits())) {
            Shard<I> shard = record.newShard(folder);
            intake.fill(shard);
            if (shard.isEmpty()) {
                shard.close();
                return;
            }
            submit(shard);
        }
    }

    private void submit(Shard<I> shard) throws InterruptedException {
        record.announce(shard);
        try {
            shard.isBatch(sender.create(shard).id());
        } catch (ModelException failure) {
            if (failure.charge() == ModelException.Charge.FREE) {
                var collector = collector(shard);
                collector.untouched();
                collector.flush();
            } // else it may exist: its intents stay open, and a resumed run looks for it
            shard.close();
            throw failure;
        }
        shards.submitted(shard);
        handover.submitted();
    }

    /** Takes what the shard's batch answered, if it has ended, and submits once more what it did not. */
    private boolean collect(Shard<I> shard, BudgetGuard money, Path folder) throws InterruptedException {
        ShardCollector<I, O> collector = collector(shard);
        Batch batch;
        try {
            batch = client.retrieve(shard.batchId());
            if (!batch.state().isTerminal()) {
                return false;
            }
            take(collector, batch);
        } catch (ModelException failure) {
            if (!failure.isRetryable()) {
                throw failure;
            }
            return false; // the rest of it comes when it is asked for again
        } finally {
            collector.flush();
        }
        boolean isRejected = batch.state() == Batch.State.REJECTED;
        if (isRejected && !batch.defects().stream().allMatch(Batch.Defect::isForNow)) {
            shards.ended(shard);
            throw new BatchRejectedException(batch);
        }
        Shard<I> rest = again(collector, shard, isRejected ? 0 : 1, money, folder);
        shards.ended(shard);
        if (rest.isEmpty()) {
            rest.close();
        } else if (isRejected) {
            shards.postpone(rest);
        } else {
            submit(rest);
        }
        return true;
    }

    private void take(ShardCollector<I, O> collector, Batch batch) throws InterruptedException {
        if (batch.state() == Batch.State.REJECTED) {
            collector.untouched();
        } else {
            client.read(batch, collector::take);
            collector.missing(batch);
        }
    }

    /** A shard of what is to be submitted again. It has room: all of it was in one shard before. */
    private Shard<I> again(
            ShardCollector<I, O> collector, Shard<I> old, int moreTries, BudgetGuard money, Path folder) {
        Shard<I> rest = record.newShard(folder);
        for (ShardCollector.Again<I> again : collector.again()) {
            BatchItem<I> item = again.item();
            switch (money.reserve(item.reserved())) {
                case Admission.Granted(Reservation reservation) -> {
                    var next = new BatchItem<I>(
                            item.name, item.fingerprint, reservation, item.tries + moreTries, again.spent());
                    next.standsAt(item.index(), item.input());
                    rest.add(next, old.line(item));
                    shards.put(rest, next);
                }
                case Admission.Refused refused -> {
                    Outcome<O> failed = Outcome.failed(Failure.Kind.BUDGET, refused.message());
                    handover.ended(new BulkItem<>(item.index(), item.name, failed, again.spent(), false));
                }
            }
        }
        return rest;
    }

    private ShardCollector<I, O> collector(Shard<I> shard) {
        return new ShardCollector<>(terms, record, shard, shards, handover, noMore);
    }

    /**
     * Leaves nothing under way that can be stopped: cancels open batches and takes what they have answered, as far as
     * that is told within the grace. The rest stays on record as under way, for a resumed run to collect.
     */
    private void stop(ShardIntake<I, O> intake) {
        boolean interrupted = Thread.interrupted();
        noMore = Optional.of(new Failure(Failure.Kind.DEADLINE, "its batch was cancelled when the time was up"));
        intake.giveUp();
        for (Optional<Shard<I>> next = shards.nextPostponed(); next.isPresent(); next = shards.nextPostponed()) {
            var collector = collector(next.get());
            collector.withdrawn();
            next.get().close();
        }
        try {
            cancel();
        } catch (InterruptedException again) {
            interrupted = true;
        }
        shards.submitted().forEach(Shard::close);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void cancel() throws InterruptedException {
        for (Shard<I> shard : shards.submitted()) {
            try {
                client.cancel(shard.batchId());
            } catch (ModelException unreachable) {
                // it goes on; the next session finds it
            }
        }
        long until = clock.nanoTime() + LocalRunner.GRACE.toNanos();
        while (!shards.submitted().isEmpty() && clock.nanoTime() < until) {
            for (Shard<I> shard : shards.submitted()) {
                collectLast(shard);
            }
            sender.pause(PAUSE_AT_THE_END);
        }
    }

    private void collectLast(Shard<I> shard) throws InterruptedException {
        ShardCollector<I, O> collector = collector(shard);
        try {
            Batch batch = client.retrieve(shard.batchId());
            if (batch.state().isTerminal()) {
                client.read(batch, collector::take);
                collector.missing(batch);
                shards.ended(shard);
            }
        } catch (ModelException unreachable) {
            // what was read is kept, the rest is found by the next session
        } finally {
            collector.flush();
        }
    }
}
