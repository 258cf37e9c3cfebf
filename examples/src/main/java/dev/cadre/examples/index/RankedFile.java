// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.index;

import java.util.List;

/**
 * A file and how well it fits a query.
 *
 * @param score the sum of its signals; only comparable within one ranking
 * @param fit how much of the query its best lines hold
 * @param places its lines that fit best, best first; empty far down the list
 */
public record RankedFile(String path, double score, Signals signals, Fit fit, List<Place> places) {
    public RankedFile {
        places = List.copyOf(places);
    }

    /** Each signal, as a share of the best file's: words of the file, its best place, the commits that changed it. */
    public record Signals(double words, double place, double history) {}
}
