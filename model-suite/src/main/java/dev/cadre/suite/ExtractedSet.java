// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import dev.cadre.json.Json;
import dev.cadre.task.SubtaskType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Texts with the record that must be read out of each. Fields are compared one by one: texts by their words, numbers by
 * their value, lists in any order. Immutable.
 *
 * @param <O> the record
 */
record ExtractedSet<O>(String name, SubtaskType<LabelledSet.Text, O> type, List<Exercise> exercises) {
    ExtractedSet {
        exercises = List.copyOf(exercises);
    }

    /** A set that has no texts yet. */
    static <O> ExtractedSet<O> of(String name, SubtaskType<LabelledSet.Text, O> type) {
        return new ExtractedSet<>(name, type, List.of());
    }

    /** This set with a text and what it says. */
    ExtractedSet<O> with(O expected, String text) {
        var more = new ArrayList<>(exercises);
        more.add(new OneSubtask<>(
                "%02d".formatted(more.size() + 1),
                () -> type,
                new LabelledSet.Text(text),
                output -> differences(expected, output)));
        return new ExtractedSet<>(name, type, more);
    }

    /** The fields that differ, one line each. */
    List<String> differences(O expected, O given) {
        Json.Obj wanted = tree(expected);
        Json.Obj got = tree(given);
        var differences = new ArrayList<String>();
        wanted.fields().forEach((field, value) -> {
            Json other = got.at(field).orElse(Json.Null.NULL);
            if (!comparable(value).equals(comparable(other))) {
                differences.add("%s is %s, not %s".formatted(field, other.write(), value.write()));
            }
        });
        return differences;
    }

    private Json.Obj tree(O value) {
        return (Json.Obj) type.outputType().toJson(value);
    }

    private static Object comparable(Json json) {
        return switch (json) {
            case Json.Str(String text) -> Words.of(text);
            case Json.Num(var number) -> number.stripTrailingZeros();
            case Json.Arr(var items) ->
                items.stream().map(ExtractedSet::comparable).collect(Collectors.toSet());
            case Json.Obj(var fields) ->
                fields.values().stream().map(ExtractedSet::comparable).toList();
            case Json.Bool bool -> bool;
            case Json.Null nothing -> nothing;
        };
    }

    Section section() {
        return new Section("extraction." + name, exercises);
    }
}
