// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.index;

import java.util.List;

/** A query whose terms are looked up in the vocabulary and weighted by how rare they are in a set of files. */
final class WeightedQuery {
    /** Number of a term that the vocabulary does not have. */
    private static final int UNKNOWN = -1;

    private final int[] ids;
    private final double[] weights;
    private final double[] rarities;
    private final boolean[] whole;
    private final double rarestWord;

    private WeightedQuery(int size, int documents) {
        this.rarestWord = Math.log(1.0 + documents);
        this.ids = new int[size];
        this.weights = new double[size];
        this.rarities = new double[size];
        this.whole = new boolean[size];
    }

    static WeightedQuery of(Query query, Vocabulary vocabulary, List<IndexedFile> files) {
        var resolved = new WeightedQuery(query.terms().size(), Math.max(1, files.size()));
        for (int i = 0; i < resolved.ids.length; i++) {
            Query.Term term = query.terms().get(i);
            int id = vocabulary.find(term.text()).orElse(UNKNOWN);
            resolved.ids[i] = id;
            resolved.weights[i] = term.weight();
            resolved.whole[i] = term.text().startsWith("#");
            long frequency = files.stream().filter(file -> file.contains(id)).count();
            resolved.rarities[i] = rarity(files.size(), frequency);
        }
        return resolved;
    }

    /** The inverse document frequency of BM25. */
    static double rarity(long documents, long frequency) {
        return Math.log(1 + (documents - frequency + 0.5) / (frequency + 0.5));
    }

    int size() {
        return ids.length;
    }

    int id(int term) {
        return ids[term];
    }

    double weight(int term) {
        return weights[term];
    }

    double rarity(int term) {
        return rarities[term];
    }

    boolean isWhole(int term) {
        return whole[term];
    }

    /** Returns about the rarity of a word that only one file has. */
    double rarestWord() {
        return rarestWord;
    }

    /** Returns the sum of the rarities of all words, whether they occur or not; wholes do not count. */
    double totalRarity() {
        double total = 0;
        for (int i = 0; i < ids.length; i++) {
            total += whole[i] ? 0 : rarities[i];
        }
        return total;
    }
}
