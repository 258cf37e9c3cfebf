// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.search;

import dev.cadre.examples.repository.SkipReason;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What came of a search.
 *
 * @param answer sentences with the numbers, from 1, of the citations that carry them
 * @param citations checked, best first
 * @param subtasks in plan order
 * @param filesRead number of files that were searched
 * @param skipped number of files that were not, by reason
 */
public record SearchReport(
        Status status,
        String question,
        List<Sentence> answer,
        List<CheckedCitation> citations,
        Confidence confidence,
        List<SubtaskEnd> subtasks,
        int filesRead,
        Map<SkipReason, Integer> skipped) {

    /** How a search ended. */
    public enum Status {
        COMPLETE,
        PARTIAL,
        NOTHING_FOUND;

        /** Returns the lower-case form used in output. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** One sentence of the answer. */
    public record Sentence(String text, List<Integer> citations) {
        public Sentence {
            citations = List.copyOf(citations);
        }
    }

    /** How a subtask ended: {@code planned}, {@code succeeded} or {@code skipped}, and why. */
    public record SubtaskEnd(String id, String type, String status, String reason, long millis) {}

    public SearchReport {
        answer = List.copyOf(answer);
        citations = List.copyOf(citations);
        subtasks = List.copyOf(subtasks);
        var ordered = new EnumMap<SkipReason, Integer>(SkipReason.class);
        ordered.putAll(skipped);
        skipped = Collections.unmodifiableMap(ordered);
    }
}
