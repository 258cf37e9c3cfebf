// SPDX-License-Identifier: Apache-2.0
package dev.cadre.bulk;

import dev.cadre.batch.BatchItem;
import dev.cadre.batch.Shard;
import dev.cadre.journal.Journal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.journal.JournalEntry.Asked;
import dev.cadre.journal.JournalEntry.Collected;
import dev.cadre.journal.JournalEntry.Enqueued;
import dev.cadre.journal.JournalEntry.ShardFact;
import dev.cadre.journal.JournalEntry.ShardNoted;
import dev.cadre.journal.JournalKey;
import dev.cadre.journal.UnrecordedException;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.record.RunRecord;
import dev.cadre.record.UnrecordableException;
import dev.cadre.record.WorkRecord;
import dev.cadre.schema.JsonType;
import dev.cadre.task.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;

/** The record of a bulk run's shards in its journal: how each stands with the provider, and its requests. */
final class ShardRecord {
    private static final String NEVER_SENT = "never sent";

    /**
     * A shard whose end is not on record.
     *
     * @param tokens the estimated input tokens of its lines
     * @param fileId empty if no batch of it was asked for
     * @param batchId empty if it is not known to have a batch
     */
    record Open(int number, String token, long tokens, String fileId, String batchId, List<Enqueued> requests) {
        private static Open of(int number) {
            return new Open(number, "", 0, "", "", List.of());
        }

        private Open with(ShardFact fact) {
            return switch (fact) {
                case ShardFact.Announced(String named, int count, long estimate) ->
                    new Open(number, named, estimate, fileId, batchId, requests);
                case ShardFact.Uploaded(String file) -> new Open(number, token, tokens, file, batchId, requests);
                case ShardFact.TurnedAway turnedAway -> new Open(number, token, tokens, "", batchId, requests);
                case ShardFact.Created(String batch) -> new Open(number, token, tokens, fileId, batch, requests);
            };
        }

        private Open with(List<Enqueued> open) {
            return new Open(number, token, tokens, fileId, batchId, List.copyOf(open));
        }

        Money reserved() {
            return requests.stream().map(Enqueued::reserved).reduce(Money.ZERO, Money::plus);
        }
    }

    private final RunRecord record;
    private final Asked asked;
    private final List<Open> open;
    private int nextShard;

    ShardRecord(RunRecord record, Asked asked) {
        this.record = record;
        this.asked = asked;
        SequencedMap<Integer, Open> shards = new TreeMap<>();
        SequencedMap<Integer, List<Enqueued>> requests = new TreeMap<>();
        for (JournalEntry.OfBatch entry : record.batches()) {
            nextShard = Math.max(nextShard, entry.shard() + 1);
            switch (entry) {
                case ShardNoted(String run, int number, ShardFact fact) ->
                    shards.put(
                            number, shards.getOrDefault(number, Open.of(number)).with(fact));
                case Enqueued request ->
                    requests.computeIfAbsent(request.shard(), number -> new ArrayList<>())
                            .add(request);
                case Collected collected -> {}
            }
        }
        open = requests.entrySet().stream()
                .map(each -> shards.getOrDefault(each.getKey(), Open.of(each.getKey()))
                        .with(each.getValue()))
                .toList();
    }

    /** Whether items of the run are in batches of unknown fate. */
    static boolean hasOpen(Journal journal, String runId) {
        return inBatches(journal, runId).findAny().isPresent();
    }

    /** What is booked for them, which is there again for whoever goes on with them. */
    static Money reservedInOpen(Journal journal, String runId) {
        return inBatches(journal, runId).map(Enqueued::reserved).reduce(Money.ZERO, Money::plus);
    }

    private static Stream<Enqueued> inBatches(Journal journal, String runId) {
        return journal.batches(runId).stream()
                .filter(Enqueued.class::isInstance)
                .map(Enqueued.class::cast);
    }

    /** The shards of earlier sessions that are not at their end, in their order. */
    List<Open> open() {
        return open;
    }

    /** The lowest number that no shard has. */
    int nextShard() {
        return nextShard;
    }

    /** Makes the shard and all its requests durable; waits for that. */
    void announce(Shard shard) {
        var written = new ArrayList<CompletableFuture<Void>>();
        written.add(submit(
                shard, new ShardFact.Announced(shard.token(), shard.items().size(), shard.tokens())));
        for (BatchItem item : shard.items()) {
            written.add(record.submit(
                    new Enqueued(key(item.name()), item.fingerprint(), shard.number(), asked, item.reserved())));
        }
        await(written);
    }

    /** Makes a fact about a shard durable; waits for that. */
    void note(Shard shard, ShardFact fact) {
        await(List.of(submit(shard, fact)));
    }

    private CompletableFuture<Void> submit(Shard shard, ShardFact fact) {
        return record.submit(new ShardNoted(record.run(), shard.number(), fact));
    }

    /**
     * Waits for the disk; an interrupt does not cut this short.
     *
     * @throws UnrecordedException if it cannot be written
     */
    static void await(List<CompletableFuture<Void>> written) {
        try {
            CompletableFuture.allOf(written.toArray(CompletableFuture[]::new)).join();
        } catch (CompletionException failed) {
            throw UnrecordedException.of(
                    "a batch or its answers", failed.getCause() instanceof RuntimeException cause ? cause : failed);
        }
    }

    private JournalKey key(String name) {
        return JournalKey.of(record.run(), name);
    }

    CompletableFuture<Void> settled(String name, int shard, Spend spend) {
        return record.submit(new Collected(key(name), shard, "batch", spend));
    }

    /** A value on its way to the disk. */
    <O> RunRecord.Made<Object> made(BatchItem item, JsonType<O> type, Object value, Spend spend)
            throws UnrecordableException {
        return record.submit(key(item.name()), item.fingerprint(), value, WorkRecord.form(type), spend);
    }

    CompletableFuture<Void> failed(BatchItem item, Outcome<?> outcome, Spend spend) {
        return record.note(key(item.name()), outcome, spend);
    }

    /** A shard of which no batch was asked for: its items were not sent. Waits until that is on record. */
    void neverSent(Open shard) {
        await(shard.requests().stream()
                .map(each -> record.submit(new Collected(each.key(), each.shard(), NEVER_SENT, Spend.NONE)))
                .toList());
    }
}
