// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.index;

import java.util.List;

/**
 * BM25F over body, path and definitions: the counts of the fields are weighted and added before they saturate, which
 * is what Lucene's scoring of several fields does not do.
 */
final class FieldScores {
    private static final double B = 0.6;
    private static final double K1 = 4;
    private static final double PATH_WEIGHT = 4;
    private static final double SYMBOL_WEIGHT = 4;
    private static final double SYMBOL_CAP = 3;

    private final double averageLength;

    private FieldScores(List<IndexedFile> files) {
        this.averageLength = Math.max(
                1,
                files.stream()
                        .mapToDouble(file -> file.body().length())
                        .average()
                        .orElse(1));
    }

    static double[] of(WeightedQuery query, List<IndexedFile> files) {
        var scores = new FieldScores(files);
        return files.stream().mapToDouble(file -> scores.score(query, file)).toArray();
    }

    private double score(WeightedQuery query, IndexedFile file) {
        double norm = 1 - B + B * file.body().length() / averageLength;
        double score = 0;
        for (int i = 0; i < query.size(); i++) {
            int id = query.id(i);
            double count = file.body().of(id) / norm
                    + PATH_WEIGHT * file.path().of(id)
                    + SYMBOL_WEIGHT * Math.min(file.symbols().of(id), SYMBOL_CAP) / Math.sqrt(norm);
            score += query.weight(i) * query.rarity(i) * count * (K1 + 1) / (count + K1);
        }
        return score;
    }
}
