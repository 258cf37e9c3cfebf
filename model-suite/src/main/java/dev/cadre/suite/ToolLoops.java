// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import dev.cadre.task.SubtaskType;
import dev.cadre.task.Tool;
import dev.cadre.task.ToolException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Questions that a model can answer only with tools: how long a journey takes, and what a shopping list costs. */
final class ToolLoops {
    private static final Map<String, Integer> KILOMETRES =
            Map.of("Ardal-Brekke", 120, "Brekke-Corran", 60, "Ardal-Corran", 200);
    private static final Map<String, Integer> SPEEDS = Map.of("bus", 60, "train", 100, "bicycle", 20);
    private static final Map<String, Integer> PRICES = Map.of("tea", 4, "bread", 3, "cheese", 9, "jam", 5);

    record Question(String question) {}

    record Hours(double hours) {}

    record Euros(int euros) {}

    record Stretch(String from, String to) {}

    record Vehicle(String vehicle) {}

    record Ware(String name) {}

    private ToolLoops() {}

    static Section travel() {
        return new Section(
                "tools.travel",
                List.of(
                        travel("bus", "How many hours does the bus take from Ardal to Brekke?", 2),
                        travel("train", "How many hours does the train take from Ardal to Corran?", 2),
                        travel("bicycle", "How many hours does a bicycle take from Brekke to Corran?", 3),
                        travel("back", "How many hours does a bus take from Corran to Brekke?", 1)));
    }

    static Section shopping() {
        return new Section(
                "tools.shopping",
                List.of(
                        shopping("one", "What does a piece of cheese cost?", 9),
                        shopping("two", "What do tea and bread cost together?", 7),
                        shopping("three", "What do tea, cheese and jam cost together?", 18),
                        shopping("twice", "What do two jars of jam cost?", 10)));
    }

    private static Exercise travel(String id, String question, double hours) {
        return new OneSubtask<>(
                id,
                ToolLoops::travelType,
                new Question(question),
                given -> wrong(Math.abs(given.hours() - hours) < 0.01, given, hours));
    }

    private static Exercise shopping(String id, String question, int euros) {
        return new OneSubtask<>(
                id,
                ToolLoops::shoppingType,
                new Question(question),
                given -> wrong(given.euros() == euros, given, euros));
    }

    private static List<String> wrong(boolean isRight, Object given, Number expected) {
        return isRight ? List.of() : List.of("%s, not %s".formatted(given, expected));
    }

    private static SubtaskType<Question, Hours> travelType() {
        return SubtaskType.model(
                        "travel_time",
                        Question.class,
                        Hours.class,
                        "Answer a question about a journey. Look up the distance and the speed with the tools; the hours are the distance divided by the speed.")
                .tools(
                        Tool.of(
                                "distance",
                                "The kilometres between two places.",
                                Stretch.class,
                                (asked, context) -> kilometres(asked)),
                        Tool.of(
                                "speed",
                                "The kilometres an hour of a vehicle: bus, train or bicycle.",
                                Vehicle.class,
                                (asked, context) -> "%d km an hour".formatted(lookUp(SPEEDS, asked.vehicle()))));
    }

    private static SubtaskType<Question, Euros> shoppingType() {
        return SubtaskType.model(
                        "shopping",
                        Question.class,
                        Euros.class,
                        "Answer a question about prices. Look up the price of each ware with the tool.")
                .tools(Tool.of(
                        "price",
                        "The price of one piece of a ware, in euros: tea, bread, cheese or jam.",
                        Ware.class,
                        (asked, context) -> "%d euros".formatted(lookUp(PRICES, asked.name()))));
    }

    private static String kilometres(Stretch asked) throws ToolException {
        var ends = new ArrayList<>(List.of(asked.from(), asked.to()));
        ends.sort(null);
        return "%d km".formatted(lookUp(KILOMETRES, String.join("-", ends)));
    }

    private static int lookUp(Map<String, Integer> map, String name) throws ToolException {
        Integer found = map.get(name);
        if (found == null) {
            throw new ToolException("there is no '%s', only %s"
                    .formatted(name, map.keySet().stream().sorted().toList()));
        }
        return found;
    }
}
