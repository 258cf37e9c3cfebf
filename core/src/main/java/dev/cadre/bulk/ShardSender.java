// SPDX-License-Identifier: Apache-2.0
package dev.cadre.bulk;

import dev.cadre.journal.JournalEntry.ShardFact;
import dev.cadre.model.Batch;
import dev.cadre.model.ModelException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Has batches made of shards, each at most once although replies get lost. For one thread. */
final class ShardSender {
    private static final String TOKEN = "cadre_shard";

    /** What became of a wish for a batch. */
    sealed interface Sent {
        /** There is one. */
        record Made() implements Sent {}

        /** There may be one. */
        record InDoubt() implements Sent {}

        /** There is none, and may be one later. */
        record TurnedAway(ModelException why) implements Sent {}
    }

    private final GuardedBatches client;
    private final ShardRecord record;
    private final LaneClock time;
    private final String runId;

    ShardSender(BatchTerms<?, ?> terms, GuardedBatches client, ShardRecord record) {
        this.client = client;
        this.record = record;
        this.time = terms.time();
        this.runId = terms.runId();
    }

    /**
     * Asks for a batch of the shard. What is about to be sent is on record before.
     *
     * @throws ModelException if there is none and never will be
     */
    Sent send(Shard<?> shard) throws InterruptedException {
        if (!shard.state.isAnnounced()) {
            record.announce(shard);
            shard.state.announced();
        }
        try {
            if (shard.state.fileId().isEmpty()) {
                shard.state.markUploaded(client.upload(shard.path()));
            }
        } catch (ModelException failure) {
            return turnedAway(failure);
        }
        record.note(shard, new ShardFact.Uploaded(shard.state.fileId()));
        try {
            markCreated(shard, client.create(shard.state.fileId(), metadata(shard)));
            return new Sent.Made();
        } catch (ModelException failure) {
            if (failure.charge() != ModelException.Charge.FREE) {
                return new Sent.InDoubt();
            }
            record.note(shard, new ShardFact.TurnedAway());
            return turnedAway(failure);
        }
    }

    private static Sent turnedAway(ModelException failure) {
        if (!failure.isRetryable()) {
            throw failure;
        }
        return new Sent.TurnedAway(failure);
    }

    private Map<String, String> metadata(Shard<?> shard) {
        return Map.of("cadre_run", runId, TOKEN, shard.token);
    }

    private void markCreated(Shard<?> shard, Batch batch) {
        shard.state.markCreated(batch.id(), time.sinceStart());
        record.note(shard, new ShardFact.Created(batch.id()));
    }

    /** Looks for the batches of these shards in the provider's list, by token and by file; those that are there now have one. */
    <I> List<Shard<I>> find(List<Shard<I>> shards) throws InterruptedException {
        Map<String, Shard<I>> wanted = new HashMap<>();
        for (Shard<I> shard : shards) {
            wanted.put(shard.token, shard);
            wanted.put(shard.state.fileId(), shard);
        }
        Map<Shard<I>, Batch> found = new LinkedHashMap<>();
        client.list(batch -> {
            Optional.ofNullable(wanted.get(batch.metadata().getOrDefault(TOKEN, "")))
                    .or(() -> Optional.ofNullable(wanted.get(batch.inputFile())))
                    .ifPresent(shard -> found.put(shard, batch));
            return found.size() < shards.size();
        });
        found.forEach(this::markCreated);
        return List.copyOf(found.keySet());
    }

    /** Makes sure that no wish for a batch of this shard that is still on its way can be granted. */
    void withdraw(Shard<?> shard) throws InterruptedException {
        client.discard(shard.state.fileId());
    }
}
