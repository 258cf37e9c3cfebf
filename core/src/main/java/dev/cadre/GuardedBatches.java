// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.model.Batch;
import dev.cadre.model.BatchAnswer;
import dev.cadre.model.BatchClient;
import dev.cadre.model.BatchLimits;
import dev.cadre.model.FaultLog;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelRequest;
import dev.cadre.task.Failure;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A client of batches, perhaps of the user's own, that fails in the ways of {@link BatchClient} only: whatever else it
 * throws, and a null, is logged and a lost exchange, of which nobody knows what it did. For one thread.
 */
final class GuardedBatches implements BatchClient {
    private final BatchClient client;
    private final FaultLog faults;

    GuardedBatches(BatchClient client, FaultLog faults) {
        this.client = client;
        this.faults = faults;
    }

    @Override
    public BatchLimits limits() {
        return client.limits(); // nothing was begun when it is asked
    }

    @Override
    public String line(String customId, ModelRequest request) {
        return client.line(customId, request);
    }

    @Override
    public String upload(Path lines, Duration timeout) throws InterruptedException {
        return guarded(() -> client.upload(lines, timeout));
    }

    @Override
    public Batch create(String fileId, Map<String, String> metadata, Duration timeout) throws InterruptedException {
        return guarded(() -> client.create(fileId, metadata, timeout));
    }

    @Override
    public void discard(String fileId, Duration timeout) throws InterruptedException {
        guarded(() -> {
            client.discard(fileId, timeout);
            return fileId;
        });
    }

    @Override
    public Batch retrieve(String id, Duration timeout) throws InterruptedException {
        return guarded(() -> client.retrieve(id, timeout));
    }

    @Override
    public Batch cancel(String id, Duration timeout) throws InterruptedException {
        return guarded(() -> client.cancel(id, timeout));
    }

    @Override
    public void list(Predicate<Batch> wantsMore, Duration timeout) throws InterruptedException {
        var visitor = new Visitor<>(wantsMore);
        guarded(() -> {
            client.list(visitor, timeout);
            return visitor;
        });
        visitor.requireWhole();
    }

    @Override
    public boolean read(Batch batch, Predicate<BatchAnswer> wantsMore, Duration timeout) throws InterruptedException {
        var visitor = new Visitor<>(wantsMore);
        boolean isWhole = guarded(() -> client.read(batch, visitor, timeout));
        visitor.requireWhole();
        return isWhole;
    }

    /** A visitor that throws is no failure of the client: it wants no more, and throws when the client is done. */
    private static final class Visitor<T> implements Predicate<T> {
        private final Predicate<T> wantsMore;
        private @Nullable Throwable thrown;

        Visitor(Predicate<T> wantsMore) {
            this.wantsMore = wantsMore;
        }

        @Override
        public boolean test(T each) {
            try {
                return thrown == null && wantsMore.test(each);
            } catch (Throwable own) { // errors and undeclared checked exceptions, too
                thrown = own;
                return false;
            }
        }

        void requireWhole() {
            if (thrown != null) {
                throw BulkRun.<RuntimeException>asThrown(thrown);
            }
        }
    }

    private interface Exchange<T> {
        T perform() throws InterruptedException;
    }

    private <T> T guarded(Exchange<T> exchange) throws InterruptedException {
        try {
            return Objects.requireNonNull(exchange.perform(), "it returned null");
        } catch (ModelException | InterruptedException known) {
            throw known;
        } catch (Throwable broken) { // undeclared checked exceptions and errors included
            String place = "batch client " + client.getClass().getName();
            faults.warn(place, broken);
            throw new ModelException.ConnectionFailed(
                    "%s, thrown by the %s".formatted(Failure.describe(broken), place),
                    ModelException.Charge.UNKNOWN,
                    broken);
        }
    }
}
