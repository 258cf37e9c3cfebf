// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The state of a batch at one instant.
 *
 * @param id the provider's id
 * @param inputFile the provider's id of the file with its requests
 * @param answerFiles the provider's ids of the files with its answers
 * @param metadata the metadata that it was created with
 * @param bill the bill that the provider reports
 * @param defects the reasons why it was {@linkplain State#REJECTED rejected}
 */
public record Batch(
        String id,
        State state,
        String inputFile,
        List<String> answerFiles,
        Map<String, String> metadata,
        Bill bill,
        List<Defect> defects) {
    /** The states of a batch. */
    public enum State {
        /** Not ended. */
        OPEN,
        /** Every request was processed. */
        COMPLETED,
        /** The time was up; the answers until then can be read. */
        EXPIRED,
        /** Stopped on request; the answers until then can be read. */
        CANCELLED,
        /** Not accepted as a whole: nothing was processed or billed. */
        REJECTED;

        public boolean isTerminal() {
            return this != OPEN;
        }
    }

    /**
     * The bill that the provider reports for a batch.
     *
     * @param answered the number of answered requests; {@link #UNKNOWN} if not reported
     * @param usage the tokens of all requests together; null if not reported
     */
    public record Bill(long answered, @Nullable TokenUsage usage) {
        /** More than any number of answers. */
        public static final long UNKNOWN = Long.MAX_VALUE;
    }

    /**
     * A reason why a batch was rejected.
     *
     * @param line the line of the file, from 1; 0 for the file as a whole
     * @param isForNow whether the same batch may be accepted later, because too much is enqueued at present
     */
    public record Defect(long line, String code, String message, boolean isForNow) {
        /** The same with its words as a masker leaves them. */
        public Defect maskedBy(UnaryOperator<String> masker) {
            return new Defect(line, masker.apply(code), masker.apply(message), isForNow);
        }

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

    /** Whether it was rejected only for now, because too much is enqueued at present. */
    public boolean isTurnedAwayForNow() {
        return state == State.REJECTED && !defects.isEmpty() && defects.stream().allMatch(Defect::isForNow);
    }
}
