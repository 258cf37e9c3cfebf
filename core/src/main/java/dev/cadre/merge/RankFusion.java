// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Reciprocal-rank fusion (Cormack, Clarke and Büttcher, 2009). */
final class RankFusion {
    /** Scores are whole numbers: a sum of fractions would depend on the order of its terms, and so would the ties. */
    private static final long ONE = 1L << 40;

    private RankFusion() {}

    private static final class Entry<T> {
        final T value;
        long score;

        Entry(T value) {
            this.value = value;
        }

        T value() {
            return value;
        }

        long score() {
            return score;
        }
    }

    static <T> List<T> of(List<? extends List<T>> lists, Function<? super T, ?> key, int k) {
        Map<Object, Entry<T>> entries = new LinkedHashMap<>();
        for (List<T> list : lists) {
            addRanks(entries, list, key, k);
        }
        return entries.values().stream()
                .sorted(Comparator.<Entry<T>>comparingLong(Entry::score).reversed())
                .map(Entry::value)
                .toList();
    }

    /** A key that comes again in the same list has its best rank there, and takes no place of its own. */
    private static <T> void addRanks(Map<Object, Entry<T>> entries, List<T> list, Function<? super T, ?> key, int k) {
        var ranked = new HashSet<Object>();
        for (T value : list) {
            Object id = key.apply(value);
            if (ranked.add(id)) {
                entries.computeIfAbsent(id, first -> new Entry<>(value)).score += ONE / (k + ranked.size());
            }
        }
    }
}
