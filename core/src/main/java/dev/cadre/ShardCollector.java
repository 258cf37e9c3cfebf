// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.model.Batch;
import dev.cadre.model.BatchAnswer;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
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
    /** Why nothing is submitted again, or empty if it is. */
    private final Optional<Failure> noMore;

    private final List<Done<I, O>> group = new ArrayList<>();
    private final List<Again<I>> again = new ArrayList<>();

    ShardCollector(
            BatchTerms<I, O> terms,
            ShardRecord record,
            Shard<I> shard,
            OpenShards<I> shards,
            Handover<O> handover,
            Optional<Failure> noMore) {
        this.terms = terms;
        this.record = record;
        this.shard = shard;
        this.shards = shards;
        this.handover = handover;
        this.noMore = noMore;
    }

    /** One answer; of two for the same item the first counts. */
    void take(BatchAnswer answer) {
        BatchItem<I> item = shard.take(answer.customId());
        if (item == null) {
            return;
        }
        switch (answer) {
            case BatchAnswer.Replied(String id, ModelReply reply) -> {
                shard.replied();
                end(item, pay(item, reply), terms.call().outcome(Optional.ofNullable(item.input()), reply));
            }
            case BatchAnswer.Failed(String id, ModelException failure) -> {
                Spend spend = failure.charge() == ModelException.Charge.FREE ? release(item) : forfeit(item);
                retryOrEnd(
                        item,
                        spend,
                        failure.isRetryable(),
                        new Failure(Failure.Kind.MODEL_FAILED, String.valueOf(failure.getMessage())));
            }
            case BatchAnswer.Untried(String id, String reason) ->
                retryOrEnd(item, release(item), true, new Failure(Failure.Kind.MODEL_FAILED, reason));
        }
    }

    /** What stands in no file: unbilled if the provider answered no more than is known; else nobody knows which. */
    void missing(Batch batch) {
        boolean isUnbilled = batch.answered() <= shard.replies();
        for (BatchItem<I> item : shard.items()) {
            shard.take(item.customId());
            retryOrEnd(
                    item,
                    isUnbilled ? release(item) : forfeit(item),
                    true,
                    new Failure(Failure.Kind.MODEL_FAILED, "batch %s has no answer for it".formatted(batch.id())));
        }
    }

    /** Nothing of the shard was done: all of it may be submitted as if it never was. */
    void untouched() {
        for (BatchItem<I> item : shard.items()) {
            shard.take(item.customId());
            if (item.hasLine()) {
                done(item, release(item), null);
            } else {
                end(item, release(item), Outcome.failed(Failure.Kind.MODEL_FAILED, "it was not sent"));
            }
        }
    }

    /** The shard was never submitted, and will not be; nothing of it is on record. */
    void withdrawn() {
        for (BatchItem<I> item : shard.items()) {
            shards.letGo(item);
            release(item);
            Outcome<O> skipped = new Outcome.Skipped<>(new Skip(Skip.Kind.DEADLINE, "the time was up", List.of()));
            handover.ended(new BulkItem<>(item.index(), item.name, skipped, item.earlier, false));
        }
    }

    private Spend pay(BatchItem<I> item, ModelReply reply) {
        Optional<Money> cost = terms.pool().cost(reply, item.reserved());
        if (cost.isEmpty() || reply.usage() == null) {
            return forfeit(item);
        }
        item.money.settle(cost.get());
        return Spend.settled(cost.get(), reply.usage());
    }

    private Spend release(BatchItem<I> item) {
        item.money.release();
        return Spend.NONE;
    }

    private Spend forfeit(BatchItem<I> item) {
        item.money.forfeit();
        return Spend.forfeited(item.reserved());
    }

    private void retryOrEnd(BatchItem<I> item, Spend spend, boolean canHelp, Failure failure) {
        boolean retries = canHelp && item.tries < MOST_TRIES && item.hasLine();
        if (retries && noMore.isEmpty()) {
            done(item, spend, null);
        } else {
            end(item, spend, new Outcome.Failed<>(retries ? noMore.orElse(failure) : failure));
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

    /** Makes durable what has ended, then hands it over. */
    void flush() {
        List<Done<I, O>> ended = List.copyOf(group);
        group.clear();
        var written = new ArrayList<CompletableFuture<Void>>();
        for (Done<I, O> done : ended) {
            written.add(record.settled(done.item().name, shard.number, done.spend()));
            if (done.outcome() != null && isWorthRecording(done.item(), done.outcome())) {
                written.add(record.ended(
                        done.item(),
                        written(done.outcome()),
                        done.item().earlier.plus(done.spend())));
            }
        }
        ShardRecord.await(written);
        ended.forEach(this::tell);
    }

    /** Without its input an answer may not have been judged; it is left for the session that knows it. */
    private boolean isWorthRecording(BatchItem<I> item, Outcome<O> outcome) {
        return item.hasPlace() || outcome instanceof Outcome.Succeeded<O>;
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

    private Outcome<String> written(Outcome<O> outcome) {
        return switch (outcome) {
            case Outcome.Succeeded<O>(O value) ->
                new Outcome.Succeeded<>(terms.bulk().type().outputType().write(value));
            case Outcome.Failed<O> failed -> new Outcome.Failed<>(failed.failure());
            case Outcome.Skipped<O> skipped -> new Outcome.Skipped<>(skipped.skip());
        };
    }

    /** What is to be submitted again. */
    List<Again<I>> again() {
        return List.copyOf(again);
    }
}
