// SPDX-License-Identifier: Apache-2.0
package dev.cadre.bulk;

import dev.cadre.record.RunRecord;
import dev.cadre.record.UnrecordableException;
import dev.cadre.record.WorkRecord;
import dev.cadre.journal.Journal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.journal.JournalEntry.Asked;
import dev.cadre.journal.JournalEntry.Intent;
import dev.cadre.journal.JournalEntry.PlanAdmitted;
import dev.cadre.journal.JournalKey;
import dev.cadre.journal.UnrecordedException;
import dev.cadre.json.Json;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.schema.JsonType;
import dev.cadre.task.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;

/**
 * What the journal holds about the shards of a bulk run. The plan of the run is their history: a shard with its token, its
 * uploaded file, its batch. Each item in it is an intent, whose attempt is the number of the shard.
 */
final class ShardRecord {
    private static final String NEVER_SENT = "never sent";
    private static final String SHARD = "shard";
    private static final String TOKEN = "token";
    private static final String TOKENS = "tokens";
    private static final String FILE = "file";
    private static final String BATCH = "batch";

    /**
     * A shard whose end is not on record.
     *
     * @param tokens what its lines were estimated at
     * @param fileId empty if no batch of it was asked for
     * @param batchId empty if it is not known to have a batch
     */
    record Open(int number, String token, long tokens, String fileId, String batchId, List<Intent> intents) {
        Open {
            intents = List.copyOf(intents);
        }

        Money reserved() {
            return intents.stream().map(Intent::reserved).reduce(Money.ZERO, Money::plus);
        }
    }

    private final RunRecord record;
    private final Asked asked;
    /** What is known about each shard, the latest word of each kind. */
    private final Map<Integer, Map<String, String>> known = new HashMap<>();

    private int nextPosition;
    private int nextShard;

    ShardRecord(RunRecord record, Asked asked) {
        this.record = record;
        this.asked = asked;
        for (PlanAdmitted fact : record.facts()) {
            nextPosition = fact.position() + 1;
            learn((Json.Obj) Json.parse(fact.subtask()));
        }
    }

    private void learn(Json.Obj fact) {
        int shard = Integer.parseInt(fact.string(SHARD));
        nextShard = Math.max(nextShard, shard + 1);
        Map<String, String> facts = known.computeIfAbsent(shard, unknown -> new HashMap<>());
        fact.fields().keySet().forEach(name -> facts.put(name, fact.string(name)));
    }

    /** Whether items of the run are in batches of unknown fate. */
    static boolean hasOpen(Journal journal, String runId) {
        return inBatches(journal, runId).findAny().isPresent();
    }

    /** What is booked for them, which is there again for whoever goes on with them. */
    static Money reservedInOpen(Journal journal, String runId) {
        return inBatches(journal, runId).map(Intent::reserved).reduce(Money.ZERO, Money::plus);
    }

    private static Stream<Intent> inBatches(Journal journal, String runId) {
        return journal.openIntents(runId).stream().filter(intent -> intent.attempt() >= RunRecord.FIRST_BATCH_ATTEMPT);
    }

    /** The shards of earlier sessions that are not at their end, in their order. */
    List<Open> open() {
        SequencedMap<Integer, List<Intent>> intents = new LinkedHashMap<>();
        for (Intent intent : record.openIntents()) {
            if (intent.attempt() >= RunRecord.FIRST_BATCH_ATTEMPT) {
                intents.computeIfAbsent(intent.attempt() - RunRecord.FIRST_BATCH_ATTEMPT, number -> new ArrayList<>())
                        .add(intent);
            }
        }
        return intents.entrySet().stream()
                .map(shard -> open(shard.getKey(), shard.getValue()))
                .toList();
    }

    private Open open(int number, List<Intent> intents) {
        Map<String, String> facts = known.getOrDefault(number, Map.of());
        return new Open(
                number,
                facts.getOrDefault(TOKEN, ""),
                Long.parseLong(facts.getOrDefault(TOKENS, "0")),
                facts.getOrDefault(FILE, ""),
                facts.getOrDefault(BATCH, ""),
                intents);
    }

    /** The number of a new shard. */
    int nextNumber() {
        return nextShard++;
    }

    /** Makes the shard and all its intents durable; waits for that. */
    void announce(Shard<?> shard) {
        var written = new ArrayList<CompletableFuture<Void>>();
        written.add(note(fact(shard)
                .with(TOKEN, shard.token)
                .with("requests", String.valueOf(shard.items().size()))
                .with(TOKENS, String.valueOf(shard.tokens()))));
        for (BatchItem<?> item : shard.items()) {
            int attempt = RunRecord.FIRST_BATCH_ATTEMPT + shard.number;
            written.add(record.submit(new Intent(key(item.name), item.fingerprint, attempt, asked, item.reserved())));
        }
        await(written);
    }

    /** A batch is about to be made of this file; waits until that is on record. */
    void asks(Shard<?> shard, String fileId) {
        await(List.of(note(fact(shard).with(FILE, fileId))));
    }

    /** The provider made no batch; waits until that is on record. */
    void turnedAway(Shard<?> shard) {
        await(List.of(note(fact(shard).with(FILE, ""))));
    }

    /** The shard has a batch; waits until that is on record. */
    void made(Shard<?> shard, String batchId) {
        await(List.of(note(fact(shard).with(BATCH, batchId))));
    }

    private static Json.Obj fact(Shard<?> shard) {
        return Json.obj().with(SHARD, String.valueOf(shard.number));
    }

    private CompletableFuture<Void> note(Json.Obj fact) {
        return record.submit(new PlanAdmitted(record.run(), nextPosition++, fact.write()));
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
            throw RunRecord.unrecorded(
                    "a batch or its answers", failed.getCause() instanceof RuntimeException cause ? cause : failed);
        }
    }

    private JournalKey key(String name) {
        return JournalKey.of(record.run(), name);
    }

    CompletableFuture<Void> settled(String name, int shard, Spend spend) {
        return record.submit(new JournalEntry.Settled(key(name), RunRecord.FIRST_BATCH_ATTEMPT + shard, "batch", spend));
    }

    /** A value on its way to the disk. */
    <O> RunRecord.Made<Object> made(BatchItem<?> item, JsonType<O> type, Object value, Spend spend)
            throws UnrecordableException {
        return record.submit(key(item.name), item.fingerprint, value, WorkRecord.form(type), spend);
    }

    CompletableFuture<Void> failed(BatchItem<?> item, Outcome<?> outcome, Spend spend) {
        return record.note(key(item.name), outcome, spend);
    }

    /** A shard of which no batch was asked for: its items were not sent. Waits until that is on record. */
    void neverSent(Open shard) {
        await(shard.intents().stream()
                .map(intent ->
                        record.submit(new JournalEntry.Settled(intent.key(), intent.attempt(), NEVER_SENT, Spend.NONE)))
                .toList());
    }
}
