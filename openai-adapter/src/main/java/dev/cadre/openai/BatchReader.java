// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.openai.core.JsonField;
import com.openai.models.batches.BatchError;
import com.openai.models.batches.BatchUsage;
import dev.cadre.model.Batch;
import dev.cadre.model.TokenUsage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads a batch in the provider's terms. */
final class BatchReader {
    private BatchReader() {}

    static Batch read(com.openai.models.batches.Batch batch, Failures failures) {
        return new Batch(
                batch.id(),
                state(batch),
                batch._inputFileId().asKnown().orElse(""),
                files(batch),
                metadata(batch),
                new Batch.Bill(answered(batch), usage(batch)),
                batch.errors().flatMap(errors -> errors.data()).orElse(List.of()).stream()
                        .map(error -> defect(error, failures))
                        .toList());
    }

    private static Batch.State state(com.openai.models.batches.Batch batch) {
        return switch (batch.status().asString()) {
            case "completed" -> Batch.State.COMPLETED;
            case "expired" -> Batch.State.EXPIRED;
            case "cancelled" -> Batch.State.CANCELLED;
            case "failed" -> Batch.State.REJECTED;
            default -> Batch.State.OPEN;
        };
    }

    private static Map<String, String> metadata(com.openai.models.batches.Batch batch) {
        var notes = new HashMap<String, String>();
        batch.metadata()
                .ifPresent(metadata -> metadata._allProperties().forEach((name, value) -> {
                    JsonField<?> note = value;
                    note.asString().ifPresent(text -> notes.put(name, text));
                }));
        return notes;
    }

    private static long answered(com.openai.models.batches.Batch batch) {
        return batch._requestCounts()
                .asKnown()
                .flatMap(counts -> counts._completed().asKnown())
                .filter(completed -> completed >= 0)
                .orElse(Batch.Bill.UNKNOWN);
    }

    /** The sums alone: nothing is priced by them. */
    private static @Nullable TokenUsage usage(com.openai.models.batches.Batch batch) {
        BatchUsage usage = batch._usage().asKnown().orElse(null);
        if (usage == null) {
            return null;
        }
        long input = usage._inputTokens().asKnown().orElse(UsageReader.IMPOSSIBLE);
        long output = usage._outputTokens().asKnown().orElse(UsageReader.IMPOSSIBLE);
        return input < 0 || output < 0 ? null : TokenUsage.of(input, output);
    }

    private static Batch.Defect defect(BatchError error, Failures failures) {
        String code = error.code().orElse("");
        return new Batch.Defect(
                error.line().orElse(0L),
                code,
                failures.quote(error.message().orElse("")),
                code.equals("token_limit_exceeded"));
    }

    /** The files with the answers; one that would be empty does not exist. */
    private static List<String> files(com.openai.models.batches.Batch batch) {
        return Stream.of(batch.outputFileId(), batch.errorFileId())
                .flatMap(file -> file.filter(id -> !id.isEmpty()).stream())
                .toList();
    }
}
