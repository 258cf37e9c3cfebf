// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import static dev.cadre.suite.World.code;
import static dev.cadre.suite.World.found;
import static dev.cadre.suite.WorldGoal.goal;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.cadre.task.SubtaskType;
import java.util.List;
import java.util.Map;

/** Four documents: two annual reports and two sets of rules. */
final class DocumentsWorld {
    private static final Map<String, String> TEXTS = Map.of(
            "Annual report 2024",
                    "In 2024 revenue was 10 million euros and 40 people worked here. The office moved to Bergen.",
            "Annual report 2025",
                    "In 2025 revenue was 14 million euros and 55 people worked here. A second office opened in Ghent.",
            "Travel rules", "Trains are booked in second class. A hotel may cost up to 120 euros a night.",
            "Holiday rules",
                    "Everyone has 28 days of holiday a year. Up to 5 of them may be carried over until March.");

    record Topic(String topic) {}

    record Titles(List<String> titles) {}

    record Title(String title) {}

    record Text(String text) {}

    record Asked(
            String text,
            @JsonPropertyDescription("what to look for") String question) {}

    record Facts(List<String> facts) {}

    record Pair(String left, String right) {}

    record Differences(List<String> differences) {}

    static final World WORLD = World.of("documents", DocumentsWorld::types, "title")
            .with(
                    goal("hotel", "What may a hotel cost by the document 'Travel rules'?")
                            .uses("read_document")
                            .mentions("Travel rules")
                            .depth(1, 2)
                            .runsOnce()
                            .answers("120"),
                    goal(
                                    "carried-over",
                                    "How many days of holiday may be carried over, by the document 'Holiday rules'?")
                            .uses("read_document")
                            .mentions("Holiday rules")
                            .atMost(2)
                            .answers("5"),
                    goal(
                                    "differences",
                                    "What are the differences between the documents 'Annual report 2024' and 'Annual report 2025'?")
                            .times("read_document", 2)
                            .uses("compare_texts")
                            .depth(2, 3)
                            .mentions("Annual report 2024")
                            .mentions("Annual report 2025")
                            .answers("14|55|ghent"),
                    goal("staff", "What do all our documents about staff say about the number of people?")
                            .uses("list_documents", "read_document")
                            .fansOut("read_document")
                            .depth(2, 4)
                            .answers("40", "55"),
                    goal("titles", "Which documents do we have about rules?")
                            .uses("list_documents")
                            .mentions("rules")
                            .atMost(1)
                            .answers("travel rules", "holiday rules")
                            .answersNot("annual"));

    private DocumentsWorld() {}

    static List<SubtaskType<?, ?>> types() {
        return List.of(
                code(
                        "list_documents",
                        Topic.class,
                        Titles.class,
                        "The titles of all documents about a topic.",
                        DocumentsWorld::list),
                code(
                        "read_document",
                        Title.class,
                        Text.class,
                        "The text of one document.",
                        asked -> new Text(found(TEXTS.get(asked.title()), "document '%s'".formatted(asked.title())))),
                SubtaskType.model(
                        "extract_facts", Asked.class, Facts.class, "List the facts in a text that answer a question."),
                SubtaskType.model(
                        "compare_texts", Pair.class, Differences.class, "List the differences between two texts."));
    }

    private static Titles list(Topic asked) {
        String kind = Words.of(asked.topic()).have("rule*") ? "rules" : "report";
        return new Titles(TEXTS.keySet().stream()
                .filter(title -> title.contains(kind))
                .sorted()
                .toList());
    }
}
