// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.index;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * Ranks files by the words of a question: words of the file, its best place, commit subjects, and one step along
 * identifiers, each scaled by its maximum and added. Immutable; ties go by path.
 */
public final class FileRanker {
    private static final int READ_FILES = 50;
    private static final int SPREADING_FILES = 10;
    private static final double SIDE_FACTOR = 0.4;
    private static final double PLACE_WEIGHT = 0.7;
    private static final double HISTORY_WEIGHT = 0.7;
    private static final double GRAPH_SHARE = 0.05;

    private final CodeIndex index;
    private final HistoryScores history;
    private final IdentifierGraph graph;

    private FileRanker(CodeIndex index, HistoryScores history) {
        this.index = index;
        this.history = history;
        this.graph = new IdentifierGraph(index);
    }

    /** Returns a ranker of the files of this index. */
    public static FileRanker of(CodeIndex index, History history) {
        return new FileRanker(index, HistoryScores.of(history, index));
    }

    /** Which files take part. */
    public enum Among {
        CODE,
        /** Prose, data and build files. */
        TEXT
    }

    /** Where tests, examples, tools and documents stand in a ranking. */
    public enum Sides {
        /** Behind other code, unless the question speaks of them. */
        BEHIND,
        /** Like other code. */
        EQUAL
    }

    /** Ranks the files whose path is wanted, best first; leaves out those that hold no word of the query. */
    public List<RankedFile> rank(Query query, Among among, Sides sides, Predicate<String> wanted) {
        int[] chosen = IntStream.range(0, index.files().size())
                .filter(i -> index.files().get(i).language().isCode() == (among == Among.CODE))
                .filter(i -> wanted.test(index.files().get(i).source().path()))
                .toArray();
        List<IndexedFile> files =
                Arrays.stream(chosen).mapToObj(index.files()::get).toList();
        return new Ranking(query, chosen, files, sides).rank();
    }

    private final class Ranking {
        private final WeightedQuery query;
        private final List<IndexedFile> files;
        private final int[] chosen;
        private final double[] factors;

        Ranking(Query query, int[] chosen, List<IndexedFile> files, Sides sides) {
            this.query = WeightedQuery.of(query, index.vocabulary(), files);
            this.files = files;
            this.chosen = chosen;
            boolean equal = sides == Sides.EQUAL || PathKind.isAskedFor(query.words());
            this.factors = files.stream()
                    .mapToDouble(file -> file.pathKind() == PathKind.SIDE && !equal ? SIDE_FACTOR : 1)
                    .toArray();
        }

        List<RankedFile> rank() {
            double[] words = scaled(FieldScores.of(query, files));
            double[] all = history.score(query);
            double[] subjects =
                    scaled(Arrays.stream(chosen).mapToDouble(i -> all[i]).toArray());
            double[] early = IntStream.range(0, words.length)
                    .mapToDouble(i -> words[i] + HISTORY_WEIGHT * subjects[i])
                    .toArray();
            List<PlaceFinder.Found> found = placesOf(early);
            double[] best =
                    scaled(found.stream().mapToDouble(PlaceFinder.Found::score).toArray());
            double[] mixed = IntStream.range(0, words.length)
                    .mapToDouble(i -> early[i] + PLACE_WEIGHT * best[i])
                    .toArray();
            spread(mixed);
            return Arrays.stream(byScore(mixed))
                    .filter(i -> mixed[i] > 0)
                    .mapToObj(i -> new RankedFile(
                            files.get(i).source().path(),
                            mixed[i],
                            new RankedFile.Signals(words[i], best[i], subjects[i]),
                            found.get(i).fit(),
                            found.get(i).places()))
                    .toList();
        }

        /** Looks into the text of the files that lead so far. */
        private List<PlaceFinder.Found> placesOf(double[] early) {
            var found = new ArrayList<>(Collections.nCopies(files.size(), PlaceFinder.Found.NOTHING));
            var finder = new QueryHits.Finder(query, index.vocabulary());
            Arrays.stream(byScore(early))
                    .limit(READ_FILES)
                    .filter(i -> early[i] > 0)
                    .forEach(i -> {
                        IndexedFile file = files.get(i);
                        found.set(i, PlaceFinder.find(file, finder.in(file.source()), query, finder));
                    });
            return found;
        }

        /** A file outside the ranking gets nothing, so the scores are laid out for the whole index and cut again. */
        private void spread(double[] mixed) {
            double[] whole = new double[index.files().size()];
            for (int i = 0; i < chosen.length; i++) {
                whole[chosen[i]] = mixed[i];
            }
            int[] best = Arrays.stream(byScore(mixed))
                    .limit(SPREADING_FILES)
                    .map(i -> chosen[i])
                    .toArray();
            graph.spread(whole, best, GRAPH_SHARE);
            for (int i = 0; i < chosen.length; i++) {
                mixed[i] = whole[chosen[i]];
            }
        }

        private double[] scaled(double[] scores) {
            double[] lowered = IntStream.range(0, scores.length)
                    .mapToDouble(i -> scores[i] * factors[i])
                    .toArray();
            double max = Arrays.stream(lowered).max().orElse(0);
            return max > 0 ? Arrays.stream(lowered).map(score -> score / max).toArray() : lowered;
        }

        private int[] byScore(double[] scores) {
            // files are in path order and the sort is stable, so ties go by path
            return IntStream.range(0, scores.length)
                    .boxed()
                    .sorted(Comparator.comparingDouble((Integer i) -> -scores[i]))
                    .mapToInt(Integer::intValue)
                    .toArray();
        }
    }
}
