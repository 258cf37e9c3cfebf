// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.index;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** BM25 over the subjects of the commits that changed a file; a commit that changed many files says little of each. */
final class HistoryScores {
    private static final int MAX_FILES_PER_COMMIT = 12;
    private static final double K1 = 1.2;
    private static final double B = 0.75;

    /** What is kept of a file that no commit changed. */
    static final long BYTES_OF_A_FILE = Footprint.PLACE + Footprint.OBJECT + 2 * Footprint.ARRAY;

    private final TermCounts[] subjects;
    private final double averageLength;

    private HistoryScores(TermCounts[] subjects) {
        this.subjects = subjects;
        this.averageLength = Math.max(
                1e-9,
                IntStream.range(0, subjects.length)
                        .mapToDouble(i -> subjects[i].length())
                        .average()
                        .orElse(1));
    }

    static HistoryScores of(History history, CodeIndex index) {
        var builders = new TermCounts.Builder[index.files().size()];
        for (int i = 0; i < builders.length; i++) {
            builders[i] = new TermCounts.Builder(8);
        }
        for (Commit commit : history.commits()) {
            int[] changed = commit.paths().stream()
                    .map(index::position)
                    .flatMap(Optional::stream)
                    .mapToInt(Integer::intValue)
                    .toArray();
            if (changed.length > 0 && commit.paths().size() <= MAX_FILES_PER_COMMIT) {
                addSubject(commit, changed, builders, index.vocabulary());
            }
        }
        var subjects = new TermCounts[builders.length];
        for (int i = 0; i < builders.length; i++) {
            subjects[i] = builders[i].build();
        }
        return new HistoryScores(subjects);
    }

    private static void addSubject(Commit commit, int[] changed, TermCounts.Builder[] builders, Vocabulary vocabulary) {
        List<Vocabulary.Terms> words = Identifiers.in(commit.subject()).stream()
                .map(vocabulary::termsOf)
                .toList();
        float share = (float) (1 / Math.sqrt(commit.paths().size()));
        for (int file : changed) {
            words.forEach(word -> builders[file].add(word, share));
        }
    }

    /** Returns the score of each file of the index. */
    double[] score(WeightedQuery query) {
        double[] scores = new double[subjects.length];
        for (int i = 0; i < query.size(); i++) {
            int id = query.id(i);
            long frequency = IntStream.range(0, subjects.length)
                    .filter(file -> subjects[file].contains(id))
                    .count();
            double rarity = WeightedQuery.rarity(subjects.length, frequency);
            for (int file = 0; file < scores.length; file++) {
                double count = subjects[file].of(id);
                double norm = 1 - B + B * subjects[file].length() / averageLength;
                scores[file] += query.weight(i) * rarity * count * (K1 + 1) / (count + K1 * norm);
            }
        }
        return scores;
    }
}
