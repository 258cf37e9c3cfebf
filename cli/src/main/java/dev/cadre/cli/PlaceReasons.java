// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.examples.index.Query;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Says in words why a place was found. */
final class PlaceReasons {
    private static final Map<String, String> WORDS = Map.of(
            "symbol-lookup", "defines a name of the question",
            "call-sites", "uses the name",
            "text-search", "holds the text");

    private static final String BY_WORDS = "read-places";

    private final Map<String, String> types;
    private final Query query;

    PlaceReasons(SearchDocument document) {
        query = Query.of(document.question());
        types = document.plan().stream()
                .collect(
                        Collectors.toMap(SearchDocument.PlanRow::id, SearchDocument.PlanRow::type, (one, same) -> one));
    }

    String of(SearchDocument.Result result) {
        var reasons = new TreeSet<String>();
        for (String id : result.foundBy()) {
            String type = types.getOrDefault(id, id);
            reasons.add(type.equals(BY_WORDS) ? words(result) : WORDS.getOrDefault(type, "cited by the " + type));
        }
        return String.join(", ", reasons);
    }

    private String words(SearchDocument.Result result) {
        List<String> found = query.wordsIn(result.path() + " " + result.snippet());
        return found.isEmpty()
                ? "fits the question"
                : "has " + found.stream().map(word -> "\"" + word + "\"").collect(Collectors.joining(", "));
    }
}
