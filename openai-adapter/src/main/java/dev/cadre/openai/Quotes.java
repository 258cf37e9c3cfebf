// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Finds what the text of a server quotes of a request: runs of at least {@value #SHORTEST} characters. */
final class Quotes {
    private static final int SHORTEST = 12;

    private Quotes() {}

    /** The text with a blank in the place of each character that it quotes. Linear in the text and the request. */
    static String removedFrom(String text, JsonNode request) {
        Map<String, List<Integer>> places = new HashMap<>();
        for (int at = 0; at + SHORTEST <= text.length(); at++) {
            places.computeIfAbsent(text.substring(at, at + SHORTEST), run -> new ArrayList<>(1))
                    .add(at);
        }
        var quoted = new BitSet(text.length());
        mark(request, places, quoted);
        var kept = new StringBuilder(text);
        quoted.stream().forEach(at -> kept.setCharAt(at, ' '));
        return kept.toString();
    }

    private static void mark(JsonNode node, Map<String, List<Integer>> places, BitSet quoted) {
        if (node.isTextual()) {
            String said = node.textValue();
            for (int at = 0; at + SHORTEST <= said.length(); at++) {
                // a run is marked once, however often it is said
                List<Integer> found = places.remove(said.substring(at, at + SHORTEST));
                if (found != null) {
                    found.forEach(place -> quoted.set(place, place + SHORTEST));
                }
            }
        }
        node.forEach(inner -> mark(inner, places, quoted));
    }
}
