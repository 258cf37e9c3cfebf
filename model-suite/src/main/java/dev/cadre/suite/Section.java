// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import java.util.HashSet;
import java.util.List;

/** Exercises of one kind, which have a row of the table and a file of recordings. */
record Section(String name, List<Exercise> exercises) {
    Section {
        exercises = List.copyOf(exercises);
        var ids = new HashSet<String>();
        for (Exercise exercise : exercises) {
            if (!ids.add(exercise.id())) {
                throw new IllegalArgumentException("two exercises '%s' in section '%s'".formatted(exercise.id(), name));
            }
        }
    }

    /** The exercise of that id. */
    Exercise exercise(String id) {
        return exercises.stream()
                .filter(exercise -> exercise.id().equals(id))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("section '%s' has no exercise '%s'".formatted(name, id)));
    }

    /** The part before the first dot, such as {@code plans} of {@code plans.weather}. */
    String group() {
        return name.substring(0, name.contains(".") ? name.indexOf('.') : name.length());
    }

    /** One line: the name and the number of exercises. */
    @Override
    public String toString() {
        return "%s (%d)".formatted(name, exercises.size());
    }
}
