// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class IdentifiersTest {
    @Test
    void parts_splitAtCaseDigitsAndSigns() {
        assertThat(Identifiers.parts("parseJSONReader2Utf8_max$size"))
                .containsExactly("parse", "JSON", "Reader", "Utf", "max", "size");
        assertThat(Identifiers.parts("HTTP2")).containsExactly("HTTP");
        assertThat(Identifiers.parts("x32")).containsExactly("32");
    }

    @Test
    void scan_skipsRunsThatAreData() {
        assertThat(Identifiers.in("a1 b-c " + "x".repeat(101) + " \u00e9t\u00e9"))
                .containsExactly("a1", "b", "c", "\u00e9t\u00e9");
    }

    @Test
    @Timeout(15) // by String.hashCode they are all one slot
    void counts_ofIdentifiersMadeToCollide_takeLinearTime() {
        var text = new StringBuilder();
        for (int i = 0; i < 60_000; i++) {
            for (int bit = 0; bit < 16; bit++) {
                text.append((i >> bit & 1) == 0 ? "Aa" : "BB");
            }
            text.append(' ');
        }
        var seen = new AtomicInteger();
        IdentifierCounts.of(text.toString()).forEach((identifier, count) -> seen.incrementAndGet());

        assertThat(seen).hasValue(60_000);
    }

    @Test
    void counts_matchTheirVocabulary() {
        var text = new StringBuilder();
        for (int i = 0; i < 1000; i++) {
            text.append("name").append(i % 300).append(i % 2 == 0 ? ' ' : '\n');
        }
        var seen = new java.util.TreeMap<String, Integer>();
        IdentifierCounts.of(text.toString()).forEach(seen::put);

        assertThat(seen).hasSize(300).containsEntry("name0", 4).containsEntry("name299", 3);
    }
}
