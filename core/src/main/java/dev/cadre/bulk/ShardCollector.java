// SPDX-License-Identifier: Apache-2.0
package dev.cadre.bulk;

import dev.cadre.record.RunRecord;
import dev.cadre.record.UnrecordableException;
import dev.cadre.run.UserCode;
import dev.cadre.run.AttemptEvents;
import dev.cadre.run.EventSink;
import dev.cadre.journal.UnrecordedException;
import dev.cadre.model.Batch;
import dev.cadre.model.BatchAnswer;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.Billed;
import dev.cadre.model.ModelException.Charge;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ServiceTier;
import dev.cadre.pool.AttemptEvent;
import dev.cadre.pool.AttemptEvent.Bill;
import dev.cadre.pool.AttemptListener;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.schema.JsonType;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Turns the answers of one shard into outcomes: pays, records, hands over, and keeps aside what is to be submitted once
 * more. For one thread.
 */
final class ShardCollector<I, O> {
    /** Items that become durable together, before any of them is handed over. */
    private static final int GROUP = 500;

    private static final int MOST_TRIES = 2;

    /** @param outcome null if the item is to be submitted again */
    private record Done<I, O>(
            BatchItem<I> item, Spend spend, @Nullable Outcome<O> outcome) {}

    /**
     * To be submitted again.
     *
     * @param spent what it has cost in this session
     */
    record Again<I>(BatchItem<I> item, Spend spent) {}

    private final BatchTerms<I, O> terms;
    private final UserCode aside;
    private final ShardRecord record;
    private final Shard<I> shard;
    private final OpenShards<I> shards;
    private final BulkProgress<O> handover;
    private final AttemptListener attempts;

    private final ShardAnswers answers = new ShardAnswers();
    private final List<Done<I, O>> group = new ArrayList<>();
    private final List<Again<I>> again = new ArrayList<>();

    ShardCollector(
            BatchTerms<I, O> terms,
            UserCode aside,
            ShardRecord record,
            Shard<I> shard,
            OpenShards<I> shards,
            BulkProgress<O> handover) {
        this.terms = terms;
        this.aside = aside;
        this.record = record;
        this.shard = shard;
        this.shards = shards;
        this.handover = handover;
        attempts = new AttemptEvents(new EventSink(terms.runId(), terms.time()::sinceStart, handover::tell));
    }

    /** One answer; of two for the same item the first counts. Whether there is time for more. */
    boolean take(BatchAnswer answer) {
        BatchItem<I> item = shard.item(answer.customId());
        if (answers.isFirst(answer) && item != null) {
            switch (answer) {
                case BatchAnswer.Replied(String id, ModelReply reply) -> {
                    // while the item is in its shard, where it is not lost
                    Optional<Outcome<O>> outcome = judged(item, reply);
                    if (outcome.isEmpty()) {
                        return false;
                    }
                    end(item, pay(item, reply), outcome.get());
                }
                case BatchAnswer.Failed(String id, ModelException failure) -> failed(item, failure);
                case BatchAnswer.Untried(String id, String reason) ->
                    retryOrEnd(item, release(item), true, modelFailed(reason));
            }
        }
        return !terms.time().isUp();
    }

    /** Empty if the rules did not end in time, or the run is to end: a later session reads the answer again. */
    private Optional<Outcome<O>> judged(BatchItem<I> item, ModelReply reply) {
        if (!terms.call().judgesByInput()) {
            return Optional.of(outcome(item, reply));
        }
        try {
            return Optional.of(aside.call(item.name, "rules", terms.bulk().type(), () -> outcome(item, reply)));
        } catch (UserCode.LateException late) {
            return Optional.empty();
        } catch (InterruptedException cancel) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (ExecutionException broken) {
            throw new IllegalStateException(broken);
        }
    }

    private Outcome<O> outcome(BatchItem<I> item, ModelReply reply) {
        try {
            return terms.call().outcome(Optional.ofNullable(item.input()), reply);
        } catch (Throwable broken) { // an item's own fault must not end the others
            return new Outcome.Failed<>(Failure.thrown(
                    Failure.Kind.CODE_FAILED,
                    broken,
                    "subtask type '%s'".formatted(terms.bulk().type().name())));
        }
    }

    /** What it cost is known if it says so, or if it was turned away; else when all answers are read. */
    private void failed(BatchItem<I> item, ModelException failure) {
        Optional<Bill> paid = failure.billed().flatMap(billed -> pay(item, billed));
        if (paid.isEmpty() && failure.charge() == Charge.FREE) {
            paid = Optional.of(Bill.of(release(item)));
        }
        paid.ifPresent(known -> failed(item, known, failure));
    }

    private void failed(BatchItem<I> item, Bill paid, ModelException failure) {
        attempts.on(new AttemptEvent.Failed(id(item), failure, paid, took()));
        retryOrEnd(item, paid.spend(), failure.isRetryable(), modelFailed(String.valueOf(failure.getMessage())));
    }

    private AttemptEvent.Id id(BatchItem<I> item) {
        SubtaskType<I, O> type = terms.bulk().type();
        var purpose = new CallPurpose(
                CallPurpose.Kind.WORK,
                terms.runId(),
                item.name,
                type.name(),
                "",
                type.tiers().start());
        return new AttemptEvent.Id(purpose, terms.pool().model(), item.tries);
    }

    private Duration took() {
        return terms.time().sinceStart().minus(shard.state.madeAt());
    }

    private static Failure modelFailed(String message) {
        return new Failure(Failure.Kind.MODEL_FAILED, message);
    }

    /**
     * All answers are read. What is left stands in no file or failed without a bill: unbilled if the rest makes up what
     * the provider bills for the batch; else nobody knows which of it is billed.
     */
    void rest(Batch batch) {
        for (BatchItem<I> item : shard.items()) {
            Optional<ModelException> failure = answers.failure(item.customId());
            boolean isFree = answers.makeUp(batch.bill(), failure.isPresent());
            Spend spend = isFree ? release(item) : forfeit(item);
            failed(
                    item,
                    Bill.of(spend),
                    failure.orElseGet(() -> unanswered("batch %s has no answer for it".formatted(batch.id()))));
        }
    }

    private static ModelException unanswered(String message) {
        return new ModelException.TimedOut(message, Charge.UNKNOWN);
    }

    /** Nothing of the shard was done: all of it may be submitted as if it never was. */
    void untouched() {
        for (BatchItem<I> item : shard.items()) {
            if (item.hasLine()) {
                done(item, release(item), null);
            } else {
                end(item, release(item), Outcome.failed(Failure.Kind.MODEL_FAILED, "it was not sent"));
            }
        }
    }

    /** The provider's list has no batch for this shard, which may have been made all the same. */
    void lost() {
        for (BatchItem<I> item : shard.items()) {
            failed(item, Bill.of(forfeit(item)), unanswered("nobody knows whether its batch was made"));
        }
    }

    /** The shard was not submitted, and will not be. */
    void withdrawn() {
        var written = new ArrayList<CompletableFuture<Void>>();
        for (BatchItem<I> item : shard.items()) {
            shards.letGo(item);
            Spend nothing = release(item);
            if (shard.state.isAnnounced()) {
                written.add(record.settled(item.name, shard.number, nothing));
            }
            book(item, nothing);
            Outcome<O> skipped = new Outcome.Skipped<>(handover.notStarted());
            handover.ended(new BulkItem<>(item.index(), item.name, skipped, item.earlier, false));
        }
        await(written);
    }

    /** What could not be recorded ends the run, but what has ended is known all the same. */
    private void await(List<CompletableFuture<Void>> written) {
        try {
            ShardRecord.await(written);
        } catch (UnrecordedException unrecorded) {
            handover.unrecorded(unrecorded);
        }
    }

    private Spend pay(BatchItem<I> item, ModelReply reply) {
        Bill paid = reply.billed().flatMap(billed -> pay(item, billed)).orElseGet(() -> Bill.of(forfeit(item)));
        attempts.on(
                new AttemptEvent.Replied(id(item), reply.model(), reply.serviceTier(), reply.finish(), paid, took()));
        return paid.spend();
    }

    private Optional<Bill> pay(BatchItem<I> item, Billed billed) {
        return terms.pool().cost(billed, ServiceTier.BATCH, item.reserved()).map(cost -> {
            shard.remove(item);
            Money excess = cost.minus(cost.atMost(item.reserved()));
            return new Bill(
                    Spend.settled(cost, billed.usage()),
                    terms.pool().breach(billed, excess).orElse(null));
        });
    }

    private Spend release(BatchItem<I> item) {
        shard.remove(item);
        return Spend.NONE;
    }

    private Spend forfeit(BatchItem<I> item) {
        shard.remove(item);
        return Spend.forfeited(item.reserved());
    }

    /** Gives an item's money back, save for what it cost; to be called once that is on its way to the disk. */
    private static void book(BatchItem<?> item, Spend spend) {
        if (spend.attempts() == 0) {
            item.money.release();
        } else if (spend.estimated()) {
            item.money.forfeit();
        } else {
            item.money.settle(spend.settled());
        }
    }

    private void retryOrEnd(BatchItem<I> item, Spend spend, boolean canHelp, Failure failure) {
        boolean retries = canHelp && item.tries < MOST_TRIES && item.hasLine();
        if (retries && !terms.time().isOver() && !handover.isBrokenOff()) {
            done(item, spend, null);
        } else {
            end(item, spend, new Outcome.Failed<>(retries ? handover.noMore() : failure));
        }
    }

    private void end(BatchItem<I> item, Spend spend, Outcome<O> outcome) {
        done(item, spend, outcome);
    }

    private void done(BatchItem<I> item, Spend spend, @Nullable Outcome<O> outcome) {
        group.add(new Done<>(item, spend, outcome));
        if (group.size() >= GROUP) {
            flush();
        }
    }

    /** Makes durable what has ended, if the journal can, then hands it over. */
    void flush() {
        var ended = new ArrayList<Done<I, O>>();
        var written = new ArrayList<CompletableFuture<Void>>();
        List<Done<I, O>> all = List.copyOf(group);
        group.clear();
        try {
            for (Done<I, O> done : all) {
                // the answer before its money: what a crash leaves between them is asked after again, not paid again
                ended.add(done.outcome() == null ? done : recorded(done, done.outcome(), written));
                written.add(record.settled(done.item().name, shard.number, done.spend()));
            }
        } finally {
            all.forEach(done -> book(done.item(), done.spend()));
        }
        await(written);
        ended.forEach(this::tell);
    }

    private Done<I, O> recorded(Done<I, O> done, Outcome<O> outcome, List<CompletableFuture<Void>> written) {
        BatchItem<I> item = done.item();
        Spend spend = item.earlier.plus(done.spend());
        if (outcome instanceof Outcome.Succeeded<O>(O value)) {
            JsonType<O> type = terms.bulk().type().outputType();
            try {
                RunRecord.Made<Object> made = record.made(item, type, value, spend);
                written.add(made.durable());
                return new Done<>(
                        item,
                        done.spend(),
                        new Outcome.Succeeded<>(type.rawType().cast(made.value())));
            } catch (UnrecordableException unfit) {
                Outcome<O> lost =
                        Outcome.failed(Failure.Kind.INVALID_OUTPUT, "its output is lost: " + unfit.getMessage());
                return recorded(new Done<>(item, done.spend(), lost), lost, written);
            }
        }
        // without its input an answer may not have been judged; it is left for the session that knows it
        if (item.hasPlace()) {
            written.add(record.failed(item, outcome, spend));
        }
        return done;
    }

    private void tell(Done<I, O> done) {
        BatchItem<I> item = done.item();
        shards.letGo(item);
        Spend spend = item.earlier.plus(done.spend());
        if (done.outcome() == null) {
            again.add(new Again<>(item, spend));
            return;
        }
        if (item.hasPlace()) {
            handover.ended(new BulkItem<>(item.index(), item.name, done.outcome(), spend, false));
        }
    }

    /** What is to be submitted again. */
    List<Again<I>> again() {
        return List.copyOf(again);
    }
}
