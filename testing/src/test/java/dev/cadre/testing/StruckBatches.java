// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import dev.cadre.model.Batch;
import dev.cadre.model.BatchAnswer;
import dev.cadre.model.BatchClient;
import dev.cadre.model.BatchLimits;
import dev.cadre.model.CallContext;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelClient;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** A provider of batches of one request each that are done at once; it misbehaves in one step of the second one. */
final class StruckBatches implements BatchClient, ModelClient {
    enum Step {
        UPLOAD,
        CREATE,
        RETRIEVE,
        READ
    }

    /** What goes wrong; what it returns is given back. */
    @FunctionalInterface
    interface Strike {
        <T> T strike();
    }

    private final Step step;
    private final Strike strike;
    private final List<String> files = new ArrayList<>();

    StruckBatches(Step step, Strike strike) {
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
        return BatchLimits.of(1, 1_000_000);
    }

    @Override
    public String line(String customId, ModelRequest request) {
        return customId;
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

    /** How many files were submitted. */
    int submitted() {
        return files.size();
    }

    @Override
    public Batch create(String fileId, Map<String, String> metadata, Duration timeout) {
        return isStruck(Step.CREATE, Integer.parseInt(fileId)) ? strike.strike() : batch(fileId);
    }

    private static Batch batch(String id) {
        var bill = new Batch.Bill(1, TokenUsage.of(100, 10));
        return new Batch(id, Batch.State.COMPLETED, id, List.of(id), Map.of(), bill, List.of());
    }

    @Override
    public void discard(String fileId, Duration timeout) {}

    @Override
    public Batch retrieve(String id, Duration timeout) {
        return isStruck(Step.RETRIEVE, Integer.parseInt(id)) ? strike.strike() : batch(id);
    }

    @Override
    public Batch cancel(String id, Duration timeout) {
        return batch(id);
    }

    @Override
    public void list(Predicate<Batch> wantsMore, Duration timeout) {}

    @Override
    public boolean read(Batch batch, Predicate<BatchAnswer> wantsMore, Duration timeout) {
        if (isStruck(Step.READ, Integer.parseInt(batch.id()))) {
            return strike.<Boolean>strike();
        }
        return wantsMore.test(new BatchAnswer.Replied(
                files.get(Integer.parseInt(batch.id())),
                new ModelReply(
                        "gpt-5.4-nano",
                        "{\"text\":\"fine\"}",
                        List.of(),
                        Finish.COMPLETE,
                        TokenUsage.of(100, 10),
                        ServiceTier.BATCH,
                        RateLimits.UNKNOWN,
                        "")));
    }
}
