// SPDX-License-Identifier: Apache-2.0
package dev.cadre.eval;

import dev.cadre.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which values of a field a candidate takes for which.
 *
 * @param field the field
 * @param values every value that was expected or answered, in alphabetical order
 * @param counts a row for each expected value, in it a column for each answered one, both in the order of the values
 * @param unanswered how many examples of each expected value have no answer of the right type
 */
public record Confusion(String field, List<String> values, List<List<Long>> counts, List<Long> unanswered) {
    /** The most values of which there is a table. */
    public static final int MOST_VALUES = 20;

    public Confusion {
        values = List.copyOf(values);
        counts = counts.stream().map(List::copyOf).toList();
        unanswered = List.copyOf(unanswered);
    }

    /** Empty if it has more than a few values, no two of them, or values that are lists or objects. */
    static Optional<Confusion> of(String field, List<Verdict> verdicts) {
        var cells = new TreeMap<String, TreeMap<String, Long>>();
        var none = new TreeMap<String, Long>();
        var values = new TreeSet<String>();
        for (Verdict verdict : verdicts) {
            Optional<String> expected = value(verdict.expected(), field);
            if (expected.isEmpty()) {
                return Optional.empty();
            }
            values.add(expected.get());
            if (verdict.answer() instanceof Json.Obj answer && verdict.isKnown()) {
                Optional<String> answered = value(answer, field);
                if (answered.isEmpty()) {
                    return Optional.empty();
                }
                values.add(answered.get());
                cells.computeIfAbsent(expected.get(), row -> new TreeMap<>()).merge(answered.get(), 1L, Long::sum);
            } else if (verdict.isKnown()) {
                none.merge(expected.get(), 1L, Long::sum);
            }
        }
        return values.size() < 2 || values.size() > MOST_VALUES
                ? Optional.empty()
                : Optional.of(table(field, List.copyOf(values), cells, none));
    }

    private static Confusion table(
            String field,
            List<String> values,
            TreeMap<String, TreeMap<String, Long>> cells,
            TreeMap<String, Long> none) {
        var counts = new ArrayList<List<Long>>();
        for (String expected : values) {
            TreeMap<String, Long> row = cells.getOrDefault(expected, new TreeMap<>());
            counts.add(values.stream().map(value -> row.getOrDefault(value, 0L)).toList());
        }
        return new Confusion(
                field,
                values,
                counts,
                values.stream().map(value -> none.getOrDefault(value, 0L)).toList());
    }

    private static Optional<String> value(Json answer, String field) {
        Optional<Json> found = answer instanceof Json.Obj object ? object.at(field) : Optional.empty();
        return found.flatMap(value -> switch (value) {
            case Json.Str(String text) -> Optional.of(text);
            case Json.Num number -> Optional.of(number.canonical());
            case Json.Bool(boolean truth) -> Optional.of(Boolean.toString(truth));
            case Json.Null none -> Optional.of("null");
            case Json.Arr list -> Optional.empty();
            case Json.Obj object -> Optional.empty();
        });
    }
}
