// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.index;

/**
 * Lines of a file that fit a query: at most {@value #MAX_LINES}, so that what was asked for is found by reading them.
 *
 * @param bestLine the one of these lines that fits best
 * @param symbol the definition that the best line is part of, or empty
 * @param score how well they fit, comparable within one file
 */
public record Place(int startLine, int endLine, int bestLine, String symbol, double score) {
    /** Most lines of a place. */
    public static final int MAX_LINES = 60;

    public Place {
        if (startLine < 1 || bestLine < startLine || endLine < bestLine || endLine - startLine >= MAX_LINES) {
            throw new IllegalArgumentException("lines %d-%d, best %d".formatted(startLine, endLine, bestLine));
        }
    }

    /** Returns whether two places share a line. */
    public boolean overlaps(Place other) {
        return startLine <= other.endLine && other.startLine <= endLine;
    }
}
