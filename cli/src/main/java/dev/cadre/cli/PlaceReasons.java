// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Says in words why a place was found. */
final class PlaceReasons {
    private static final Map<String, String> WORDS = Map.of(
            "read-places", "fits the words of the question",
            "symbol-lookup", "defines a name of the question",
            "call-sites", "uses the name",
            "text-search", "holds the text");

    private final Map<String, String> types;

    PlaceReasons(SearchDocument document) {
        types = document.plan().stream()
                .collect(
                        Collectors.toMap(SearchDocument.PlanRow::id, SearchDocument.PlanRow::type, (one, same) -> one));
    }

    String of(SearchDocument.Result result) {
        var reasons = new TreeSet<String>();
        for (String id : result.foundBy()) {
            String type = types.getOrDefault(id, id);
            reasons.add(WORDS.getOrDefault(type, "cited by the " + type));
        }
        return String.join(", ", reasons);
    }
}
