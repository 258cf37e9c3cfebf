// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.search;

import dev.cadre.examples.index.FileRanker;

/**
 * A question about a code base.
 *
 * @param text not blank, at most 8,000 characters
 * @param maxFiles number of files in the answer, 1 to 100
 */
public record SearchQuestion(String text, int maxFiles, PathFilter paths, FileRanker.Sides sides) {
    /** Longest question. */
    public static final int MAX_CHARACTERS = 8_000;

    public SearchQuestion {
        if (text.isBlank() || text.length() > MAX_CHARACTERS) {
            throw new IllegalArgumentException("question of %d characters; 1 to %d are allowed"
                    .formatted(text.strip().length(), MAX_CHARACTERS));
        }
        if (maxFiles < 1 || maxFiles > 100) {
            throw new IllegalArgumentException("maxFiles %d; 1 to 100 are allowed".formatted(maxFiles));
        }
    }

    /** Returns how many files to rank: enough to tell how far the answer can be trusted, however few are shown. */
    public int rankedFiles() {
        return Math.max(maxFiles, Confidence.FILES);
    }

    /** Returns a question about all paths that is answered with at most ten files. */
    public static SearchQuestion of(String text) {
        return new SearchQuestion(text, 10, PathFilter.ALL, FileRanker.Sides.BEHIND);
    }
}
