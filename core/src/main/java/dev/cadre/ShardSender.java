// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.model.Batch;
import dev.cadre.model.BatchClient;
import dev.cadre.model.ModelException;
import dev.cadre.schedule.RunClock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Makes a batch of a shard, exactly one, although replies get lost. */
final class ShardSender {
    private static final String TOKEN = "cadre_shard";
    private static final int TRIES = 5;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

    private interface Exchange<T> {
        T run() throws InterruptedException;
    }

    private final BatchClient client;
    private final RunClock clock;
    private final String runId;
    /** Nobody puts anything in: waiting for an element of it is waiting. */
    private final BlockingQueue<Object> nothing = new LinkedBlockingQueue<>();

    ShardSender(BatchClient client, RunClock clock, String runId) {
        this.client = client;
        this.clock = clock;
        this.runId = runId;
    }

    /**
     * Creates the batch, or finds it if it is there although the provider's word was lost.
     *
     * @throws ModelException if it could not be created; unless the charge is free it may exist all the same
     */
    Batch create(Shard<?> shard) throws InterruptedException {
        Map<String, String> metadata = Map.of("cadre_run", runId, TOKEN, shard.token);
        return patiently(() -> {
            try {
                return client.create(shard.file(), metadata);
            } catch (ModelException lost) {
                if (lost.charge() == ModelException.Charge.FREE) {
                    throw lost;
                }
                return made(shard, lost).orElseThrow(() -> lost);
            }
        });
    }

    /** Asks until it is known: to create it once more on a guess could pay for it twice. */
    private Optional<Batch> made(Shard<?> shard, ModelException lost) throws InterruptedException {
        try {
            return Optional.ofNullable(find(Set.of(shard.token)).get(shard.token));
        } catch (ModelException unknown) {
            lost.addSuppressed(unknown);
            throw new NotKnownException(lost);
        }
    }

    /** The batches of these shards, by token, as far as the provider has them. */
    Map<String, Batch> find(Set<String> tokens) throws InterruptedException {
        return patiently(() -> {
            var found = new HashMap<String, Batch>();
            client.list(batch -> {
                String token = batch.metadata().getOrDefault(TOKEN, "");
                if (tokens.contains(token)) {
                    found.put(token, batch);
                }
                return found.size() < tokens.size();
            });
            return found;
        });
    }

    private <T> T patiently(Exchange<T> exchange) throws InterruptedException {
        Duration pause = FIRST_PAUSE;
        for (int tried = 1; ; tried++) {
            try {
                return exchange.run();
            } catch (NotKnownException unknown) {
                throw unknown.lost;
            } catch (ModelException failure) {
                if (!failure.isRetryable() || tried == TRIES) {
                    throw failure;
                }
                Duration asked = failure.retryAfter().orElse(Duration.ZERO);
                pause(asked.compareTo(pause) > 0 ? asked : pause);
                pause = pause.multipliedBy(2);
            }
        }
    }

    void pause(Duration time) throws InterruptedException {
        clock.poll(nothing, clock.nanoTime() + time.toNanos());
    }

    private static final class NotKnownException extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final transient ModelException lost;

        NotKnownException(ModelException lost) {
            super(lost);
            this.lost = lost;
        }
    }
}
