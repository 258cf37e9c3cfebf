// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.index;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.tartarus.snowball.ext.EnglishStemmer;

/**
 * Numbers the terms of an index. An identifier gives the stems of its parts and itself as a whole, as {@code #name}.
 *
 * <p>Safe for use by many threads. The numbers depend on which thread came first, so nothing may be ordered by them.
 */
final class Vocabulary {
    private final Map<String, Integer> ids = new ConcurrentHashMap<>();
    private final AtomicInteger size = new AtomicInteger();
    private final Map<String, Terms> identifiers = new ConcurrentHashMap<>();
    private final LongAdder bytes = new LongAdder();

    /** The terms of one identifier: itself as a whole, then the stems of its parts. */
    static final class Terms {
        private final int whole;
        private final int[] parts;

        private Terms(int whole, int[] parts) {
            this.whole = whole;
            this.parts = parts;
        }

        int whole() {
            return whole;
        }

        int[] parts() {
            return parts;
        }
    }

    Terms termsOf(String identifier) {
        Terms known = identifiers.get(identifier);
        return known != null ? known : identifiers.computeIfAbsent(identifier, this::split);
    }

    Optional<Integer> find(String term) {
        return Optional.ofNullable(ids.get(term));
    }

    int size() {
        return size.get();
    }

    /** About what it takes of memory: what was added for each entry as it was made. */
    long bytes() {
        return bytes.sum();
    }

    private int id(String term) {
        Integer known = ids.get(term);
        return known != null ? known : ids.computeIfAbsent(term, this::number);
    }

    private int number(String term) {
        bytes.add(Footprint.ENTRY + Footprint.ofText(term) + Footprint.NUMBER);
        return size.getAndIncrement();
    }

    private Terms split(String identifier) {
        int[] parts = new int[8];
        int count = 0;
        for (String part : Identifiers.parts(identifier)) {
            if (count == parts.length) {
                parts = Arrays.copyOf(parts, count * 2);
            }
            parts[count++] = id(stem(part));
        }
        bytes.add(Footprint.ENTRY
                + Footprint.ofText(identifier)
                + Footprint.OBJECT
                + Footprint.ARRAY
                + (long) Integer.BYTES * count);
        return new Terms(id(whole(identifier)), Arrays.copyOf(parts, count));
    }

    static String whole(String identifier) {
        return "#" + identifier.toLowerCase(Locale.ROOT);
    }

    static String stem(String part) {
        var stemmer = new EnglishStemmer();
        stemmer.setCurrent(part.toLowerCase(Locale.ROOT));
        stemmer.stem();
        return stemmer.getCurrent();
    }
}
