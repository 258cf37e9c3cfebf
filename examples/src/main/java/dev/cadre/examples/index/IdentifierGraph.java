// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.index;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** One step from files that use identifiers to the files that define them. */
final class IdentifierGraph {
    private static final int MIN_NAME_LENGTH = 5;
    private static final int MAX_DEFINING_FILES = 2;

    private final List<IndexedFile> files;
    private final Map<Integer, Link> links = new HashMap<>();

    private record Link(String name, Set<Integer> definers) {}

    IdentifierGraph(CodeIndex index) {
        this.files = index.files();
        for (int file = 0; file < files.size(); file++) {
            for (Definition definition : files.get(file).definitions()) {
                if (definition.name().length() >= MIN_NAME_LENGTH
                        && files.get(file).pathKind() == PathKind.MAIN) {
                    int whole = index.vocabulary().termsOf(definition.name()).whole();
                    links.computeIfAbsent(
                                    whole, id -> new Link(Vocabulary.whole(definition.name()), new LinkedHashSet<>()))
                            .definers
                            .add(file);
                }
            }
        }
    }

    /** Adds to the definers of what each of these files uses a share of its score. */
    void spread(double[] scores, int[] best, double share) {
        double[] given = new double[scores.length];
        for (int user : best) {
            Map<Integer, Double> uses = uses(user);
            double total =
                    uses.values().stream().mapToDouble(Double::doubleValue).sum();
            uses.forEach((definer, weight) -> given[definer] += share * scores[user] * weight / total);
        }
        for (int i = 0; i < scores.length; i++) {
            scores[i] += given[i];
        }
    }

    private Map<Integer, Double> uses(int user) {
        TermCounts body = files.get(user).body();
        // by name, not by number: numbers differ from run to run and sums of doubles with their order
        List<Map.Entry<Integer, Link>> used = Arrays.stream(body.terms())
                .boxed()
                .filter(links::containsKey)
                .map(term -> Map.entry(term, links.get(term)))
                .filter(entry -> entry.getValue().definers.size() <= MAX_DEFINING_FILES)
                .sorted(Comparator.comparing(entry -> entry.getValue().name))
                .toList();
        var weights = new TreeMap<Integer, Double>();
        for (Map.Entry<Integer, Link> entry : used) {
            for (int definer : entry.getValue().definers) {
                if (definer != user) {
                    weights.merge(definer, Math.sqrt(body.of(entry.getKey())), Double::sum);
                }
            }
        }
        return weights;
    }
}
