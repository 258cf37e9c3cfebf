// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.search;

/**
 * Lines of a file that fit a question.
 *
 * @param bestLine the one of these lines that fits best
 * @param symbol the definition that says what these lines are, or empty
 * @param share how well they fit beside the best lines of the same file; 0 to 1
 * @param text the lines, word for word, the longest ones cut
 */
public record Passage(
        String path, int startLine, int endLine, int bestLine, String symbol, double share, String text) {}
