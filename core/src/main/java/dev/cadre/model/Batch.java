// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

import java.util.List;
import java.util.Map;

/**
 * A batch at one instant.
 *
 * @param id the provider's
 * @param metadata what was noted on it when it was made
 * @param answered how many of its requests the provider answered so far, and bills
 * @param defects why it was {@linkplain State#REJECTED rejected}
 */
public record Batch(String id, State state, Map<String, String> metadata, long answered, List<Defect> defects) {
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
        metadata = Map.copyOf(metadata);
        defects = List.copyOf(defects);
    }
}
