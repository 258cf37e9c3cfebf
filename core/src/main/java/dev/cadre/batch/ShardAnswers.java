// SPDX-License-Identifier: Apache-2.0
package dev.cadre.batch;

import dev.cadre.model.Batch;
import dev.cadre.model.BatchAnswer;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.Billed;
import dev.cadre.model.ModelReply;
import dev.cadre.model.TokenUsage;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What one reading of a batch's files said, lines included that nobody waits for any more: compared with the provider's
 * own sums, it shows what an item without a bill was billed. For one thread.
 */
final class ShardAnswers {
    private final Set<String> seen = new HashSet<>();
    /** Of requests that were tried and have no bill. */
    private final Map<String, ModelException> unbilled = new HashMap<>();

    private TokenUsage told = TokenUsage.NONE;
    private long replies;

    /** Counts an answer; false if there was one of its name before. */
    boolean isFirst(BatchAnswer answer) {
        if (!seen.add(answer.customId())) {
            return false;
        }
        switch (answer) {
            case BatchAnswer.Replied(String id, ModelReply reply) -> {
                replies++;
                Optional.ofNullable(reply.usage()).ifPresent(this::add);
            }
            case BatchAnswer.Failed(String id, ModelException failure) -> {
                if (failure.charge() == ModelException.Charge.UNKNOWN) {
                    unbilled.put(id, failure);
                }
                failure.billed().map(Billed::usage).ifPresent(this::add);
            }
            case BatchAnswer.Untried untried -> {}
        }
        return true;
    }

    private void add(TokenUsage usage) {
        told = told.plus(usage);
    }

    /** How a request failed, if it did and may be billed. */
    Optional<ModelException> failure(String customId) {
        return Optional.ofNullable(unbilled.get(customId));
    }

    /**
     * Whether the lines that were read make up all that is billed, so that nothing else is.
     *
     * @param hasLine whether this is asked for a request that was tried; only the sum of tokens can acquit it
     */
    boolean makeUp(Batch.Bill bill, boolean hasLine) {
        TokenUsage usage = bill.usage();
        if (usage != null) {
            return usage.inputTokens() <= told.inputTokens() && usage.outputTokens() <= told.outputTokens();
        }
        return !hasLine && bill.answered() <= replies;
    }
}
