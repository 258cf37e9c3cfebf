// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.index;

/**
 * How much of a query one place of a file holds at most.
 *
 * @param coverage share of the query, by rarity of its words; 0 to 1
 * @param strength how much of the query, in words that about one file has
 */
public record Fit(double coverage, double strength) {
    /** No word of the query. */
    public static final Fit NONE = new Fit(0, 0);

    Fit orBetter(Fit other) {
        return new Fit(Math.max(coverage, other.coverage), Math.max(strength, other.strength));
    }
}
