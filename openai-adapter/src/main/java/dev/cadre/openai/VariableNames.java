// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import dev.cadre.model.Tier;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The names of the library's own variables, of which a mistyped one would have no effect without a word. */
final class VariableNames {
    private static final String PREFIX = "CADRE_";

    /** More edits than these make another word of a name. */
    private static final int MOST_EDITS = 3;

    private static final Set<String> KNOWN = known();

    private VariableNames() {}

    private static Set<String> known() {
        // the last two are of the command and of the suite for models
        var names = new TreeSet<>(Set.of(
                "CADRE_API", "CADRE_SCHEMAS", "CADRE_IMAGE_HOSTS", "CADRE_HEADERS", "CADRE_TRACE", "CADRE_LOCAL_KEY"));
        for (Tier tier : Tier.values()) {
            Stream.of("MODEL", "PRICE", "DEPLOYMENT")
                    .map(what -> PREFIX + tier + "_" + what)
                    .forEach(names::add);
        }
        return names;
    }

    /** A sentence for each name that looks like one of the library's and is none, in the order of the alphabet. */
    static Stream<String> unknown(Collection<String> names) {
        return names.stream()
                .filter(name -> name.startsWith(PREFIX) && !KNOWN.contains(name))
                .sorted()
                .map(VariableNames::unknown);
    }

    private static String unknown(String name) {
        return KNOWN.stream()
                .min(Comparator.comparingInt(known -> edits(name, known)))
                .filter(nearest -> edits(name, nearest) <= MOST_EDITS)
                .map(nearest -> "%s is not known: did you mean %s?".formatted(name, nearest))
                .orElse(name + " is not known");
    }

    /** Levenshtein's distance. */
    private static int edits(String one, String other) {
        int[] row = new int[other.length() + 1];
        Arrays.setAll(row, i -> i);
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int replaced = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[other.length()];
    }
}
