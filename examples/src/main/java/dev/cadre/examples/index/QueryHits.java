// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.index;

import dev.cadre.examples.repository.SourceFile;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Where the words of a query occur in one file, in the order of its text. */
final class QueryHits {
    private int[] lines = new int[64];
    private int[] terms = new int[64];
    private int size;

    private QueryHits() {}

    /** Finds the words of one query in any number of files. For one thread. */
    static final class Finder {
        private final WeightedQuery query;
        private final Vocabulary vocabulary;
        private final Map<String, int[]> known = new HashMap<>();

        Finder(WeightedQuery query, Vocabulary vocabulary) {
            this.query = query;
            this.vocabulary = vocabulary;
        }

        QueryHits in(SourceFile file) {
            var hits = new QueryHits();
            String text = file.text();
            for (int line = 1; line <= file.lineCount(); line++) {
                int here = line;
                int end = line == file.lineCount() ? text.length() : file.lineStart(line + 1);
                Identifiers.scan(text, file.lineStart(line), end, (from, to) -> {
                    for (int term : terms(text.substring(from, to))) {
                        hits.add(here, term);
                    }
                });
            }
            return hits;
        }

        /** Returns which words of the query an identifier holds: itself as a whole, and its parts, each as often as it does. */
        int[] terms(String identifier) {
            return known.computeIfAbsent(identifier, name -> {
                Vocabulary.Terms terms = vocabulary.termsOf(name);
                int[] found = new int[terms.parts().length + 1];
                int count = 0;
                for (int term = 0; term < query.size(); term++) {
                    if (query.id(term) == terms.whole()) {
                        found[count++] = term;
                    }
                    for (int part : terms.parts()) {
                        if (query.id(term) == part) {
                            found[count++] = term;
                        }
                    }
                }
                return Arrays.copyOf(found, count);
            });
        }
    }

    private void add(int line, int term) {
        if (size == lines.length) {
            lines = Arrays.copyOf(lines, size * 2);
            terms = Arrays.copyOf(terms, size * 2);
        }
        lines[size] = line;
        terms[size++] = term;
    }

    /** Returns the number of occurrences. */
    int size() {
        return size;
    }

    /** Returns the first occurrence at or behind a line. */
    int firstFrom(int line) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (lines[middle] < line) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Returns the line of an occurrence, counted from 1. */
    int line(int occurrence) {
        return lines[occurrence];
    }

    /** Returns which word of the query occurs there. */
    int term(int occurrence) {
        return terms[occurrence];
    }
}
