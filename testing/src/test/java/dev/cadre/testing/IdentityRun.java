// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.task.Input.from;
import static dev.cadre.testing.Crew.merged;
import static dev.cadre.testing.Crew.plan;
import static dev.cadre.testing.Crew.planned;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.budget.Budget;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.json.Json;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.Crew.Answer;
import dev.cadre.testing.Crew.Note;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** A graph, a goal and bulks whose values have another order in every process, for a process of its own. */
final class IdentityRun {
    enum Colour {
        RED,
        GREEN,
        BLUE,
        BLACK,
        WHITE
    }

    record Palette(
            Map<String, Integer> names, Map<Colour, Set<String>> uses, Set<Colour> colours, Collection<Colour> loose) {}

    record Colours(Set<Colour> colours, Map<Colour, String> byColour) {}

    record Listed(List<Colour> inOrder) {}

    private static final SubtaskType<Palette, Note> DESCRIBE =
            SubtaskType.model("describe", Palette.class, Note.class, "Describe the palette.");
    private static final SubtaskType<Palette, Colours> MIX =
            SubtaskType.code("mix", Palette.class, Colours.class, (palette, context) -> {
                Map<Colour, String> byColour = new HashMap<>();
                palette.colours().forEach(colour -> byColour.put(colour, colour.name()));
                return new Colours(new HashSet<>(palette.colours()), byColour);
            });
    private static final SubtaskType<Listed, Note> ORDER =
            SubtaskType.model("order", Listed.class, Note.class, "Order the colours.");
    private static final SubtaskType<Json, Json.Obj> LABEL = SubtaskType.json(
            "label",
            "{\"type\":\"object\",\"properties\":{\"text\":{\"type\":\"string\"}},\"required\":[\"text\"],"
                    + "\"additionalProperties\":false}",
            "Label it.");
    private static final Budget BUDGET = Budget.usd("1.00");

    private IdentityRun() {}

    private static Palette palette() {
        return new Palette(
                Map.of("one", 1, "two", 2, "three", 3, "four", 4, "five", 5),
                Map.of(
                        Colour.RED,
                        Set.of("a", "b", "c", "d"),
                        Colour.BLUE,
                        Set.of("x", "y", "z"),
                        Colour.BLACK,
                        Set.of()),
                Set.of(Colour.values()),
                new HashMap<>(Map.of(Colour.RED, Colour.GREEN, Colour.BLUE, Colour.WHITE)).keySet());
    }

    private static ScriptedModel model() {
        var model = new ScriptedModel();
        model.on(DESCRIBE).costing(1_000, 400).replies(new Note("Colourful."));
        model.on(ORDER).costing(1_000, 400).replies(new Note("In order."));
        model.on(LABEL).costing(1_000, 400).repliesText("{\"text\":\"fine\"}");
        model.onPlan()
                .costing(1_000, 400)
                .repliesText(plan(planned("order", "sorted", "{\"inOrder\":[\"RED\",\"BLUE\"]}", "")));
        model.onMerge().costing(1_000, 400).repliesText(merged("Done."));
        return model;
    }

    /** Prints what each run cost in this session, its id, and every prompt that was sent. */
    public static void main(String[] arguments) throws InterruptedException {
        var model = model();
        var calls = new ArrayList<String>();
        try (var journal = FileJournal.open(Path.of(arguments[0]))) {
            var coordinator = Coordinator.builder(model.pools())
                    .plansWith(ORDER, DESCRIBE)
                    .build()
                    .journal(journal);
            var graph = TaskGraph.builder();
            var described = graph.add("described", DESCRIBE, palette());
            var mixed = graph.add("mixed", MIX, palette());
            var ordered = graph.add("ordered", ORDER, from(described, mixed, (note, colours) -> {
                var all = new ArrayList<>(colours.colours());
                all.addAll(colours.byColour().keySet());
                return new Listed(all);
            }));
            coordinator.run(graph.answering(ordered), BUDGET).requireComplete();
            coordinator.run(Goal.of("Which colours?", Answer.class), BUDGET).requireComplete();
            coordinator.bulk(DESCRIBE).run(Stream.of(palette()), BUDGET, item -> {});
            coordinator
                    .bulk(LABEL)
                    .keyedBy(each -> each)
                    .run(Stream.of(new Json.Obj(Map.of("a", Json.Null.NULL, "b", Json.Null.NULL))), BUDGET, item -> {});
            journal.runs().stream().map(JournalEntry.RunStarted::run).forEach(run -> calls.add("run " + run));
        }
        System.out.println("calls " + model.calls().size());
        calls.forEach(System.out::println);
    }
}
