// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.index;

/**
 * A stretch of lines that fits a query.
 *
 * @param score how well it fits, comparable between files of one ranking
 * @param coverage share of the query, by rarity of its words, that occurs in these lines; 0 to 1
 * @param strength how much of the query occurs in these lines, in words that about one file has
 */
public record Window(int startLine, int endLine, double score, double coverage, double strength) {
    /** Returns whether two windows share a line. */
    public boolean overlaps(Window other) {
        return startLine <= other.endLine && other.startLine <= endLine;
    }
}
