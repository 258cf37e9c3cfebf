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
                if (isLinked(files.get(file), definition)) {
                    int whole = index.vocabulary().termsOf(definition.name()).whole();
                    links.computeIfAbsent(
                                    whole, id -> new Link(Vocabulary.whole(definition.name()), new LinkedHashSet<>()))
                            .definers
                            .add(file);
                }
            }
        }
    }

    private static boolean isLinked(IndexedFile file, Definition definition) {
        return definition.name().length() >= MIN_NAME_LENGTH && file.pathKind() == PathKind.MAIN;
    }

    /** About what it will take of memory for this file, if no other defines the same. */
    static long bytes(IndexedFile file) {
        long bytes = 0;
        for (Definition definition : file.definitions()) {
            bytes += isLinked(file, definition)
                    ? Footprint.ENTRY
                            + Footprint.NUMBER
                            + Footprint.OBJECT
                            + Footprint.ofText(definition.name())
                            + Footprint.SET
                    : 0;
        }
        return bytes;
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
