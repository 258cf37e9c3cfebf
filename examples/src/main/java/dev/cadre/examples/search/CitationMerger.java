// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.search;

import dev.cadre.examples.index.Place;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Joins the evidence of all subtasks into ranked citations: overlapping or nearly touching lines become one, a file has
 * at most three, files are ordered by the sum of the best of each subtask, then by path.
 */
public final class CitationMerger {
    private static final int MAX_RANGES = 3;
    private static final int MAX_GAP_LINES = 3;
    private static final Comparator<Citation> BEST_FIRST =
            Comparator.comparingDouble(Citation::score).reversed().thenComparingInt(Citation::startLine);

    private final int maxFiles;

    /** @param maxFiles number of files in a merged list */
    public CitationMerger(int maxFiles) {
        this.maxFiles = maxFiles;
    }

    private record FileCitations(String path, double score, List<Citation> citations) {}

    /** Returns the citations, those of one file together, best first. The order of the evidence does not matter. */
    public List<Citation> merge(List<Evidence> evidence) {
        Map<String, List<Evidence>> byPath =
                evidence.stream().collect(Collectors.groupingBy(Evidence::path, TreeMap::new, Collectors.toList()));
        return byPath.entrySet().stream()
                .map(entry -> ofFile(entry.getKey(), entry.getValue()))
                .sorted(Comparator.comparingDouble(FileCitations::score).reversed())
                .limit(maxFiles)
                .flatMap(file -> file.citations.stream())
                .toList();
    }

    private static FileCitations ofFile(String path, List<Evidence> evidence) {
        double score = fileScore(evidence);
        var joined = new ArrayList<Citation>();
        evidence.stream()
                .map(each -> new Citation(
                        path,
                        each.startLine(),
                        each.endLine(),
                        each.bestLine(),
                        each.symbol(),
                        each.score(),
                        List.of(each.foundBy())))
                .sorted(Comparator.comparingInt(Citation::startLine)
                        .thenComparingInt(Citation::endLine)
                        .thenComparing(BEST_FIRST)
                        .thenComparingInt(Citation::bestLine)
                        .thenComparing(each -> each.foundBy().getFirst()))
                .forEach(each -> join(joined, each));
        List<Citation> best =
                joined.stream().sorted(BEST_FIRST).limit(MAX_RANGES).toList();
        var ranked = new ArrayList<>(best);
        Citation first = best.getFirst();
        ranked.set(
                0,
                new Citation(
                        path,
                        first.startLine(),
                        first.endLine(),
                        first.bestLine(),
                        first.symbol(),
                        score,
                        first.foundBy()));
        return new FileCitations(path, score, ranked);
    }

    private static double fileScore(List<Evidence> evidence) {
        var best = new TreeMap<String, Double>();
        evidence.forEach(each -> best.merge(each.foundBy(), each.score(), Math::max));
        return best.values().stream().mapToDouble(Double::doubleValue).sum();
    }

    /** Joins with the citation before it if they belong together; two that overlap but are too long keep the better. */
    private static void join(List<Citation> joined, Citation next) {
        if (joined.isEmpty() || next.startLine() > joined.getLast().endLine() + MAX_GAP_LINES) {
            joined.add(next);
            return;
        }
        Citation last = joined.removeLast();
        int end = Math.max(last.endLine(), next.endLine());
        boolean isLast = last.score() >= next.score();
        Citation better = isLast ? last : next;
        String symbol = better.symbol().isEmpty() ? (isLast ? next : last).symbol() : better.symbol();
        if (end - last.startLine() + 1 > Place.MAX_LINES) {
            if (next.startLine() > last.endLine()) {
                joined.add(last);
                joined.add(next);
            } else {
                joined.add(better);
            }
            return;
        }
        List<String> foundBy = Stream.concat(last.foundBy().stream(), next.foundBy().stream())
                .distinct()
                .sorted(Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder()))
                .toList();
        joined.add(
                new Citation(last.path(), last.startLine(), end, better.bestLine(), symbol, better.score(), foundBy));
    }
}
