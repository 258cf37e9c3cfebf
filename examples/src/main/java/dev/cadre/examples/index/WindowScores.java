// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.index;

import dev.cadre.examples.repository.SourceFile;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** BM25 without a length norm over overlapping stretches of 40 lines of one file. */
final class WindowScores {
    private static final int LINES = 40;
    private static final int STEP = 20;
    private static final double K1 = 1.2;

    private final WeightedQuery query;
    private final Vocabulary vocabulary;
    private final Map<String, int[]> matches = new HashMap<>();

    WindowScores(WeightedQuery query, Vocabulary vocabulary) {
        this.query = query;
        this.vocabulary = vocabulary;
    }

    /** Returns the windows of a file that hold a word of the query, best first. */
    List<Window> of(SourceFile file) {
        int steps = (file.lineCount() + STEP - 1) / STEP;
        int[][] counts = counts(file, steps);
        var windows = new ArrayList<Window>();
        for (int step = 0; step < steps; step++) {
            boolean isTail = step > 0 && step * STEP + STEP >= file.lineCount();
            if (!isTail) {
                int[] next = step + 1 < steps ? counts[step + 1] : new int[query.size()];
                add(windows, step * STEP + 1, Math.min(step * STEP + LINES, file.lineCount()), counts[step], next);
            }
        }
        windows.sort(Comparator.comparingDouble(Window::score).reversed().thenComparingInt(Window::startLine));
        return windows;
    }

    private void add(List<Window> windows, int first, int last, int[] upper, int[] lower) {
        double score = 0;
        double covered = 0;
        for (int i = 0; i < query.size(); i++) {
            double count = upper[i] + lower[i];
            score += query.weight(i) * query.rarity(i) * count * (K1 + 1) / (count + K1);
            covered += count > 0 && !query.isWhole(i) ? query.rarity(i) : 0;
        }
        if (score > 0) {
            double total = query.totalRarity();
            windows.add(new Window(first, last, score, total > 0 ? covered / total : 0, covered / query.rarestWord()));
        }
    }

    /** Counts the words of the query in every stretch of 20 lines; a window is two neighbours. */
    private int[][] counts(SourceFile file, int steps) {
        int[][] counts = new int[steps][query.size()];
        String text = file.text();
        for (int step = 0; step < steps; step++) {
            int[] here = counts[step];
            int from = file.lineStart(step * STEP + 1);
            int to = (step + 1) * STEP + 1 <= file.lineCount() ? file.lineStart((step + 1) * STEP + 1) : text.length();
            Identifiers.scan(text, from, to, (start, end) -> {
                for (int term : matches(text.substring(start, end))) {
                    here[term]++;
                }
            });
        }
        return counts;
    }

    private int[] matches(String identifier) {
        return matches.computeIfAbsent(identifier, name -> {
            Vocabulary.Terms terms = vocabulary.termsOf(name);
            var found = new ArrayList<Integer>();
            for (int i = 0; i < query.size(); i++) {
                if (query.id(i) == terms.whole()) {
                    found.add(i);
                }
                for (int part : terms.parts()) {
                    if (query.id(i) == part) {
                        found.add(i);
                    }
                }
            }
            return found.stream().mapToInt(Integer::intValue).toArray();
        });
    }
}
