// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.journal.Journal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.journal.JournalEntry.Asked;
import dev.cadre.journal.JournalEntry.Intent;
import dev.cadre.journal.JournalEntry.PlanAdmitted;
import dev.cadre.journal.JournalKey;
import dev.cadre.json.Json;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.task.Outcome;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * What the journal holds about the shards of a bulk run: each is a record of its plan, with the token that its batch
 * carries; each item in it an intent, whose attempt is the number of the shard.
 */
final class ShardRecord {
    /** Attempts of the other lane count from 1, so one journal serves both. */
    private static final int FIRST_ATTEMPT = 1_000_000;

    private static final String NEVER_SENT = "never sent";

    /**
     * A shard whose end is not on record.
     *
     * @param batchId empty as long as it is not known to have one
     */
    record Open(int number, String token, String batchId, List<Intent> intents) {
        Open madeAs(String id) {
            return new Open(number, token, id, intents);
        }

        Money reserved() {
            return intents.stream().map(Intent::reserved).reduce(Money.ZERO, Money::plus);
        }
    }

    private final Journal journal;
    private final String runId;
    private final Asked asked;
    private int next;

    ShardRecord(Journal journal, String runId, Asked asked) {
        this.journal = journal;
        this.runId = runId;
        this.asked = asked;
        List<PlanAdmitted> shards = journal.plan(runId);
        next = shards.isEmpty() ? 0 : shards.getLast().position() + 1;
    }

    /** Whether items of the run are in batches of unknown fate. */
    static boolean hasOpen(Journal journal, String runId) {
        return journal.openIntents(runId).stream().anyMatch(intent -> intent.attempt() >= FIRST_ATTEMPT);
    }

    /** The shards of earlier sessions that are not at their end, in their order. */
    List<Open> open() {
        SequencedMap<Integer, List<Intent>> intents = new LinkedHashMap<>();
        for (Intent intent : journal.openIntents(runId)) {
            if (intent.attempt() >= FIRST_ATTEMPT) {
                intents.computeIfAbsent(intent.attempt() - FIRST_ATTEMPT, number -> new ArrayList<>())
                        .add(intent);
            }
        }
        Map<Integer, String> tokens = new LinkedHashMap<>();
        for (PlanAdmitted shard : journal.plan(runId)) {
            tokens.put(shard.position(), ((Json.Obj) Json.parse(shard.subtask())).string("token"));
        }
        return intents.entrySet().stream()
                .map(shard -> new Open(shard.getKey(), tokens.getOrDefault(shard.getKey(), ""), "", shard.getValue()))
                .toList();
    }

    <I> Shard<I> newShard(Path folder) {
        return new Shard<>(next++, UUID.randomUUID().toString(), folder);
    }

    /** Makes the shard and all its intents durable; waits for that. */
    void announce(Shard<?> shard) {
        String body = Json.obj()
                .with("token", shard.token)
                .with("requests", shard.items().size())
                .write();
        var written = new ArrayList<CompletableFuture<Void>>();
        written.add(journal.submit(new PlanAdmitted(runId, shard.number, body)));
        for (BatchItem<?> item : shard.items()) {
            int attempt = FIRST_ATTEMPT + shard.number;
            written.add(
                    journal.submit(new Intent(key(item.name), item.fingerprint, attempt, asked, item.reserved())));
        }
        await(written);
    }

    /** Waits for the disk; an interrupt does not cut this short. */
    static void await(List<CompletableFuture<Void>> written) {
        try {
            CompletableFuture.allOf(written.toArray(CompletableFuture[]::new)).join();
        } catch (CompletionException failed) {
            throw failed.getCause() instanceof RuntimeException cause ? cause : failed;
        }
    }

    private JournalKey key(String name) {
        return JournalKey.of(runId, name);
    }

    CompletableFuture<Void> settled(String name, int shard, Spend spend) {
        return journal.submit(new JournalEntry.Settled(key(name), FIRST_ATTEMPT + shard, "batch", spend));
    }

    CompletableFuture<Void> ended(BatchItem<?> item, Outcome<String> outcome, Spend spend) {
        return journal.submit(new JournalEntry.Ended(key(item.name), item.fingerprint, outcome, spend));
    }

    /** A shard whose batch was never made: its items were not sent. Waits until that is on record. */
    void neverSent(Open shard) {
        await(shard.intents().stream()
                .map(intent -> journal.submit(new JournalEntry.Settled(intent.key(), intent.attempt(), NEVER_SENT, Spend.NONE)))
                .toList());
    }
}
