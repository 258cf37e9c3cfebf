// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.search;

import java.util.List;

/**
 * Lines of a file that answer a question.
 *
 * @param bestLine the one of these lines that says why
 * @param symbol the definition they are in, or empty
 * @param score weight of the file for the first of its citations, of the place for the others
 * @param foundBy ids of the subtasks that found them, sorted
 */
public record Citation(
        String path, int startLine, int endLine, int bestLine, String symbol, double score, List<String> foundBy) {
    public Citation {
        foundBy = List.copyOf(foundBy);
    }

    /** Returns the form in which a reader copies it: {@code path:first-last}. */
    public String place() {
        return path + ":" + startLine + "-" + endLine;
    }
}
