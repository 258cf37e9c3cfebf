// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.search;

/**
 * A place that a subtask found.
 *
 * @param bestLine the one of its lines that says why
 * @param symbol the definition it is in, or empty
 * @param score weight of the place; that of a file is the sum of the best of each subtask
 * @param foundBy id of the subtask
 */
public record Evidence(
        String path, int startLine, int endLine, int bestLine, String symbol, double score, String foundBy) {
    public Evidence {
        if (startLine < 1 || bestLine < startLine || endLine < bestLine || !(score >= 0)) {
            throw new IllegalArgumentException("%s:%d-%d with score %s".formatted(path, startLine, endLine, score));
        }
    }
}
