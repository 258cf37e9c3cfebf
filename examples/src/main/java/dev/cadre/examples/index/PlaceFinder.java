// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.index;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the places of one file that fit a query best: the definition around each word of the query, with its neighbours
 * if it is short and without its ends if it is long, weighed by BM25. The name of the definition counts as a word of it.
 */
final class PlaceFinder {
    private static final int MAX_PLACES = 3;
    private static final double K1 = 1.2;

    private final WeightedQuery query;
    private final QueryHits.Finder finder;
    private final QueryHits hits;
    private final LineOwners owners;
    private final int lineCount;
    private final double[] lineScores;
    private final int[] counts;
    private final boolean[] isSeen;
    private Fit fit = Fit.NONE;

    private PlaceFinder(IndexedFile file, QueryHits hits, WeightedQuery query, QueryHits.Finder finder) {
        this.query = query;
        this.finder = finder;
        this.hits = hits;
        this.owners = LineOwners.of(file.source(), file.definitions());
        this.lineCount = file.source().lineCount();
        this.lineScores = lineScores(file.definitions());
        this.counts = new int[query.size()];
        this.isSeen = new boolean[query.size()];
    }

    private record Stretch(int first, int last, Optional<Definition> definition) {}

    /**
     * What a file has of a query.
     *
     * @param places at most three that share no line, best first
     * @param fit the most that any place has, these three or another
     */
    record Found(List<Place> places, Fit fit) {
        static final Found NOTHING = new Found(List.of(), Fit.NONE);

        /** Returns how well the best place fits, comparable between files of one ranking. */
        double score() {
            return places.isEmpty() ? 0 : places.getFirst().score();
        }
    }

    /** Looks at the whole file. */
    static Found find(IndexedFile file, QueryHits hits, WeightedQuery query, QueryHits.Finder finder) {
        var places = new PlaceFinder(file, hits, query, finder);
        return new Found(places.best(), places.fit);
    }

    private List<Place> best() {
        Set<Stretch> stretches = new LinkedHashSet<>();
        for (int i = 0; i < hits.size(); i++) {
            if (i == 0 || hits.line(i) != hits.line(i - 1)) {
                stretches.add(around(hits.line(i)));
            }
        }
        List<Place> all = stretches.stream()
                .map(this::place)
                .sorted(Comparator.comparingDouble(Place::score).reversed().thenComparingInt(Place::startLine))
                .toList();
        var best = new ArrayList<Place>();
        for (Place each : all) {
            if (best.size() < MAX_PLACES && best.stream().noneMatch(each::overlaps)) {
                best.add(each);
            }
        }
        return best;
    }

    private Stretch around(int line) {
        Optional<LineOwners.Owner> owner = owners.of(line);
        int first = owner.map(LineOwners.Owner::first).orElse(line);
        int last = owner.map(LineOwners.Owner::last).orElse(line);
        int missing = Place.MAX_LINES - (last - first + 1);
        int from = missing < 0
                ? Math.clamp(line - Place.MAX_LINES / 2, first, last - Place.MAX_LINES + 1)
                : Math.clamp(first - missing / 2, 1, Math.max(1, lineCount - Place.MAX_LINES + 1));
        int to = Math.min(lineCount, from + Place.MAX_LINES - 1);
        return new Stretch(from, to, owner.map(LineOwners.Owner::definition));
    }

    private Place place(Stretch stretch) {
        double score = score(stretch);
        int best = stretch.first;
        for (int line = stretch.first; line <= stretch.last; line++) {
            best = lineScores[line] > lineScores[best] ? line : best;
        }
        String symbol =
                owners.of(best).map(owner -> owner.definition().qualifiedName()).orElse("");
        return new Place(stretch.first, stretch.last, best, symbol, score);
    }

    private double score(Stretch stretch) {
        int from = hits.firstFrom(stretch.first);
        int to = hits.firstFrom(stretch.last + 1);
        int[] named = stretch.definition
                .map(definition -> finder.terms(definition.name()))
                .orElse(new int[0]);
        for (int term : named) {
            counts[term]++;
        }
        for (int i = from; i < to; i++) {
            counts[hits.term(i)]++;
        }
        fit = fit.orBetter(fit(from, to));
        double score = 0;
        for (int term : named) {
            score += taken(term);
        }
        for (int i = from; i < to; i++) {
            score += taken(hits.term(i));
        }
        return score;
    }

    /** Returns which share of the query stands in these hits; wholes of identifiers do not count. */
    private Fit fit(int from, int to) {
        double covered = 0;
        for (int i = from; i < to; i++) {
            int term = hits.term(i);
            covered += isSeen[term] || query.isWhole(term) ? 0 : query.rarity(term);
            isSeen[term] = true;
        }
        for (int i = from; i < to; i++) {
            isSeen[hits.term(i)] = false;
        }
        double total = query.totalRarity();
        return new Fit(total > 0 ? covered / total : 0, covered / query.rarestWord());
    }

    /** Returns what a word adds, once: its count is 0 behind it. */
    private double taken(int term) {
        double count = counts[term];
        counts[term] = 0;
        return weight(term) * count * (K1 + 1) / (count + K1);
    }

    private double weight(int term) {
        return query.weight(term) * query.rarity(term);
    }

    /** Weighs each line by the words in it; a word counts once a line, and once more where it is in the name of a definition. */
    private double[] lineScores(List<Definition> definitions) {
        double[] scores = new double[lineCount + 1];
        int[] lastLine = new int[query.size()];
        for (int i = 0; i < hits.size(); i++) {
            int term = hits.term(i);
            scores[hits.line(i)] += lastLine[term] == hits.line(i) ? 0 : weight(term);
            lastLine[term] = hits.line(i);
        }
        for (Definition definition : definitions) {
            for (int term : finder.terms(definition.name())) {
                scores[definition.startLine()] += weight(term);
            }
        }
        return scores;
    }
}
