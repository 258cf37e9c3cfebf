// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.search;

import java.util.List;

/**
 * What a search answers.
 *
 * @param sentences with the numbers, from 1, of the citations that carry them
 * @param citations checked, best first
 * @param dropped citations and claims that did not hold
 */
public record SearchAnswer(
        List<Sentence> sentences, List<CheckedCitation> citations, Confidence confidence, int dropped) {
    /** One sentence of the answer. */
    public record Sentence(String text, List<Integer> citations) {
        public Sentence {
            citations = List.copyOf(citations);
        }
    }

    /** Nothing was found. */
    public static final SearchAnswer NOTHING = new SearchAnswer(List.of(), List.of(), Confidence.NONE, 0);

    public SearchAnswer {
        sentences = List.copyOf(sentences);
        citations = List.copyOf(citations);
    }

    /** Whether nothing was found. */
    public boolean isEmpty() {
        return sentences.isEmpty();
    }
}
