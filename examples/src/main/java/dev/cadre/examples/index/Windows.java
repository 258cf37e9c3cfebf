// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.index;

/**
 * The best of the overlapping stretches of 40 lines of one file.
 *
 * @param score that of the best one by BM25 without a length norm, comparable between files of one ranking
 * @param fit the most that one of them holds
 */
record Windows(double score, Fit fit) {
    private static final int STEP = 20;
    private static final double K1 = 1.2;

    /** What a file has that was not looked at. */
    static final Windows NONE = new Windows(0, Fit.NONE);

    /** Looks at all stretches that begin at a multiple of 20 lines, but for one that lies in the one before it. */
    static Windows of(QueryHits hits, int lineCount, WeightedQuery query) {
        int steps = (lineCount + STEP - 1) / STEP;
        int[][] counts = counts(hits, steps, query);
        var best = NONE;
        for (int step = 0; step < Math.max(1, steps - 1); step++) {
            int[] next = step + 1 < steps ? counts[step + 1] : new int[query.size()];
            best = best.orBetter(window(counts[step], next, query));
        }
        return best;
    }

    private static int[][] counts(QueryHits hits, int steps, WeightedQuery query) {
        int[][] counts = new int[steps][query.size()];
        for (int i = 0; i < hits.size(); i++) {
            counts[(hits.line(i) - 1) / STEP][hits.term(i)]++;
        }
        return counts;
    }

    private static Windows window(int[] upper, int[] lower, WeightedQuery query) {
        double score = 0;
        double covered = 0;
        for (int i = 0; i < query.size(); i++) {
            double count = upper[i] + lower[i];
            score += query.weight(i) * query.rarity(i) * count * (K1 + 1) / (count + K1);
            covered += count > 0 && !query.isWhole(i) ? query.rarity(i) : 0;
        }
        double total = query.totalRarity();
        return new Windows(score, new Fit(total > 0 ? covered / total : 0, covered / query.rarestWord()));
    }

    private Windows orBetter(Windows other) {
        return new Windows(Math.max(score, other.score), fit.orBetter(other.fit));
    }
}
