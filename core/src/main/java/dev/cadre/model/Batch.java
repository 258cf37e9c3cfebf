// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A batch at one instant.
 *
 * @param id the provider's
 * @param inputFile the provider's id of the file with its requests
 * @param answerFiles the provider's ids of the files with its answers
 * @param metadata what was noted on it when it was made
 * @param bill what the provider says it bills
 * @param defects why it was {@linkplain State#REJECTED rejected}
 */
public record Batch(
        String id,
        State state,
        String inputFile,
        List<String> answerFiles,
        Map<String, String> metadata,
        Bill bill,
        List<Defect> defects) {
    /** Where a batch stands. */
    public enum State {
        /** Not at its end. */
        OPEN,
        /** Every request was worked on. */
        COMPLETED,
        /** The time was up; what was answered by then can be read. */
        EXPIRED,
        /** Stopped on request; what was answered by then can be read. */
        CANCELLED,
        /** Not accepted as a whole: nothing of it was done or billed. */
        REJECTED;

        public boolean isTerminal() {
            return this != OPEN;
        }
    }

    /**
     * What the provider says it bills for a batch.
     *
     * @param answered how many requests were answered; {@link #UNKNOWN} if it does not say
     * @param usage the tokens of all requests together; null if it does not say
     */
    public record Bill(long answered, @Nullable TokenUsage usage) {
        /** More than any number of answers. */
        public static final long UNKNOWN = Long.MAX_VALUE;
    }

    /**
     * Why a batch was rejected.
     *
     * @param line the line of the file, from 1; 0 if the whole is meant
     * @param isForNow whether the same batch may be accepted later: too much was enqueued already
     */
    public record Defect(long line, String code, String message, boolean isForNow) {
        @Override
        public String toString() {
            return (line > 0 ? "line " + line + ": " : "") + code + ": " + message;
        }
    }

    public Batch {
        answerFiles = List.copyOf(answerFiles);
        metadata = Map.copyOf(metadata);
        defects = List.copyOf(defects);
    }

    /** Whether it was rejected for a reason that passes: too much was enqueued already. */
    public boolean isTurnedAwayForNow() {
        return state == State.REJECTED && !defects.isEmpty() && defects.stream().allMatch(Defect::isForNow);
    }
}
