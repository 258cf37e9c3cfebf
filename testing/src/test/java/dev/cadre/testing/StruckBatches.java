// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import dev.cadre.model.Batch;
import dev.cadre.model.BatchAnswer;
import dev.cadre.model.BatchClient;
import dev.cadre.model.BatchLimits;
import dev.cadre.model.CallContext;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelClient;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.RateLimits;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.TokenUsage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * A provider of batches, of one request each unless told otherwise, that are done at once; it misbehaves in one step of the
 * second one.
 */
final class StruckBatches implements BatchClient, ModelClient {
    enum Step {
        NONE,
        LIMITS,
        LINE,
        UPLOAD,
        CREATE,
        LIST,
        DISCARD,
        RETRIEVE,
        READ,
        CANCEL
    }

    /** What goes wrong; what it returns is given back. */
    @FunctionalInterface
    interface Strike {
        <T> T strike();
    }

    private final int requests;
    private final Step step;
    private final Strike strike;
    private final AtomicInteger lines = new AtomicInteger();
    private final List<String> files = new CopyOnWriteArrayList<>();
    /** What was said of each batch when it was made. */
    private final Map<String, Map<String, String>> made = new ConcurrentSkipListMap<>();

    StruckBatches(Step step, Strike strike) {
        this(step, strike, 1);
    }

    StruckBatches(Step step, Strike strike, int requests) {
        this.requests = requests;
        this.step = step;
        this.strike = strike;
    }

    private boolean isStruck(Step now, int file) {
        return now == step && file > 0;
    }

    @Override
    public ModelReply call(ModelRequest request, CallContext context) {
        throw new AssertionError("a call beside the batches");
    }

    @Override
    public Optional<BatchClient> batches() {
        return Optional.of(this);
    }

    @Override
    public BatchLimits limits() {
        if (step == Step.LIMITS) {
            return strike.strike();
        }
        return BatchLimits.of(requests, 1_000_000);
    }

    @Override
    public String line(String customId, ModelRequest request) {
        return isStruck(Step.LINE, lines.getAndIncrement()) ? strike.strike() : customId;
    }

    @Override
    public String upload(Path lines, Duration timeout) {
        if (isStruck(Step.UPLOAD, files.size())) {
            return strike.strike();
        }
        try {
            files.add(Files.readString(lines).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return String.valueOf(files.size() - 1);
    }

    /** How many batches were made. */
    int made() {
        return made.size();
    }

    /** How many files were submitted. */
    int submitted() {
        return files.size();
    }

    @Override
    public Batch create(String fileId, Map<String, String> metadata, Duration timeout) {
        if (isLost(fileId)) {
            throw new ModelException.ConnectionFailed("lost", ModelException.Charge.UNKNOWN, new IOException("lost"));
        }
        made.put(fileId, metadata);
        return isStruck(Step.CREATE, Integer.parseInt(fileId)) ? strike.strike() : batch(fileId);
    }

    /** Whether nobody hears of the batch of this file again. */
    private boolean isLost(String fileId) {
        return (step == Step.LIST || step == Step.DISCARD) && Integer.parseInt(fileId) == 1;
    }

    private Batch batch(String id) {
        boolean isOpen = step == Step.CANCEL && Integer.parseInt(id) > 0;
        var bill = new Batch.Bill(1, TokenUsage.of(100, 10));
        return new Batch(
                id,
                isOpen ? Batch.State.OPEN : Batch.State.COMPLETED,
                id,
                List.of(id),
                made.getOrDefault(id, Map.of()),
                bill,
                List.of());
    }

    @Override
    public void discard(String fileId, Duration timeout) {
        if (step == Step.DISCARD) {
            strike.strike();
        }
    }

    @Override
    public Batch retrieve(String id, Duration timeout) {
        return isStruck(Step.RETRIEVE, Integer.parseInt(id)) ? strike.strike() : batch(id);
    }

    @Override
    public Batch cancel(String id, Duration timeout) {
        return step == Step.CANCEL ? strike.strike() : batch(id);
    }

    @Override
    public void list(Predicate<Batch> wantsMore, Duration timeout) {
        if (step == Step.LIST) {
            strike.strike();
        }
        made.keySet().stream().map(this::batch).allMatch(wantsMore);
    }

    @Override
    public boolean read(Batch batch, Predicate<BatchAnswer> wantsMore, Duration timeout) {
        if (isStruck(Step.READ, Integer.parseInt(batch.id()))) {
            return strike.<Boolean>strike();
        }
        return files.get(Integer.parseInt(batch.id())).lines().allMatch(line -> wantsMore.test(reply(line)));
    }

    private static BatchAnswer reply(String customId) {
        return new BatchAnswer.Replied(
                customId,
                new ModelReply(
                        "gpt-5.4-nano",
                        "{\"text\":\"fine\"}",
                        List.of(),
                        Finish.COMPLETE,
                        TokenUsage.of(100, 10),
                        ServiceTier.BATCH,
                        RateLimits.UNKNOWN,
                        ""));
    }
}
