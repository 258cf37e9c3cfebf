// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import dev.cadre.task.SubtaskType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Texts with the label that each must get. Immutable.
 *
 * @param label reads the label of an output
 * @param <O> the output
 * @param <L> the labels
 */
record LabelledSet<O, L extends Enum<L>>(
        String name, SubtaskType<LabelledSet.Text, O> type, Function<O, L> label, List<Exercise> exercises) {
    /** A text to be labelled. */
    record Text(String text) {}

    LabelledSet {
        exercises = List.copyOf(exercises);
    }

    /** A set that has no texts yet. */
    static <O, L extends Enum<L>> LabelledSet<O, L> of(String name, SubtaskType<Text, O> type, Function<O, L> label) {
        return new LabelledSet<>(name, type, label, List.of());
    }

    /** This set with texts that must get the label. */
    LabelledSet<O, L> with(L expected, String... texts) {
        var more = new ArrayList<>(exercises);
        for (String text : texts) {
            String id = "%02d".formatted(more.size() + 1);
            more.add(new OneSubtask<>(id, () -> type, new Text(text), output -> judge(expected, output, text)));
        }
        return new LabelledSet<>(name, type, label, more);
    }

    private List<String> judge(L expected, O output, String text) {
        L given = label.apply(output);
        return given == expected ? List.of() : List.of("%s, not %s: '%s'".formatted(given, expected, text));
    }

    Section section() {
        return new Section("classification." + name, exercises);
    }
}
