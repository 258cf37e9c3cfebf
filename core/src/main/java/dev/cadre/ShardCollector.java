// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.json.JsonType;
import dev.cadre.model.Batch;
import dev.cadre.model.BatchAnswer;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.Billed;
import dev.cadre.model.ModelException.Charge;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.TokenUsage;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import dev.cadre.task.Skip;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
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
    private final ShardRecord record;
    private final Shard<I> shard;
    private final OpenShards<I> shards;
    private final Handover<O> handover;

    private final ShardAnswers answers = new ShardAnswers();
    private final List<Done<I, O>> group = new ArrayList<>();
    private final List<Again<I>> again = new ArrayList<>();

    ShardCollector(
            BatchTerms<I, O> terms, ShardRecord record, Shard<I> shard, OpenShards<I> shards, Handover<O> handover) {
        this.terms = terms;
        this.record = record;
        this.shard = shard;
        this.shards = shards;
        this.handover = handover;
    }

    /** One answer; of two for the same item the first counts. Whether there is time for more. */
    boolean take(BatchAnswer answer) {
        BatchItem<I> item = shard.item(answer.customId());
        if (answers.isFirst(answer) && item != null) {
            switch (answer) {
                case BatchAnswer.Replied(String id, ModelReply reply) ->
                    end(item, pay(item, reply), terms.call().outcome(Optional.ofNullable(item.input()), reply));
                case BatchAnswer.Failed(String id, ModelException failure) -> failed(item, failure);
                case BatchAnswer.Untried(String id, String reason) ->
                    retryOrEnd(item, release(item), true, modelFailed(reason));
            }
        }
        return !terms.time().isUp();
    }

    /** What it cost is known if it says so, or if it was turned away; else when all answers are read. */
    private void failed(BatchItem<I> item, ModelException failure) {
        Optional<Spend> spend = failure.billed().flatMap(billed -> pay(item, billed));
        if (spend.isEmpty() && failure.charge() == Charge.FREE) {
            spend = Optional.of(release(item));
        }
        spend.ifPresent(known ->
                retryOrEnd(item, known, failure.isRetryable(), modelFailed(String.valueOf(failure.getMessage()))));
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
            Optional<ShardAnswers.Unbilled> failure = answers.failure(item.customId());
            boolean isFree = answers.makeUp(batch.bill(), failure.isPresent());
            retryOrEnd(
                    item,
                    isFree ? release(item) : forfeit(item),
                    failure.map(ShardAnswers.Unbilled::canRepeat).orElse(true),
                    modelFailed(failure.map(ShardAnswers.Unbilled::message)
                            .orElseGet(() -> "batch %s has no answer for it".formatted(batch.id()))));
        }
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

    /** Whether there is a batch of the shard was asked in vain. */
    void lost() {
        for (BatchItem<I> item : shard.items()) {
            retryOrEnd(item, forfeit(item), true, modelFailed("nobody knows whether its batch was made"));
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
            Outcome<O> skipped = new Outcome.Skipped<>(new Skip(Skip.Kind.DEADLINE, "the time was up", List.of()));
            handover.ended(new BulkItem<>(item.index(), item.name, skipped, item.earlier, false));
        }
        ShardRecord.await(written);
    }

    private Spend pay(BatchItem<I> item, ModelReply reply) {
        Optional<Money> cost = terms.pool().cost(reply, ServiceTier.BATCH, item.reserved());
        return cost.isEmpty() || reply.usage() == null ? forfeit(item) : settle(item, cost.get(), reply.usage());
    }

    private Optional<Spend> pay(BatchItem<I> item, Billed billed) {
        return terms.pool()
                .cost(billed, ServiceTier.BATCH, item.reserved())
                .map(cost -> settle(item, cost, billed.usage()));
    }

    private Spend settle(BatchItem<I> item, Money cost, TokenUsage usage) {
        shard.remove(item);
        return Spend.settled(cost, usage);
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
        if (retries && !terms.time().isOver()) {
            done(item, spend, null);
        } else {
            end(item, spend, new Outcome.Failed<>(retries ? noMore() : failure));
        }
    }

    static Failure noMore() {
        return new Failure(Failure.Kind.DEADLINE, "its batch was cancelled when the time was up");
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

    /** Makes durable what has ended, then hands it over. */
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
        ShardRecord.await(written);
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
        } else {
            handover.paid(spend);
        }
    }

    /** What is to be submitted again. */
    List<Again<I>> again() {
        return List.copyOf(again);
    }
}
