// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import dev.cadre.task.GraphNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** What is wrong with a plan, and what was understood all the same, in the order in which it was found; without keys. */
final class PlanFindings {
    private final List<PlanDefect> defects = new ArrayList<>();
    private final List<PlanDefect> notes = new ArrayList<>();
    private UnaryOperator<String> masker = UnaryOperator.identity();
    /** How many of the defects are answered. */
    private int answered;

    void masking(UnaryOperator<String> keys) {
        masker = keys;
    }

    String masked(String text) {
        return masker.apply(text);
    }

    PlanDefect masked(PlanDefect defect) {
        return defect.maskedBy(masker);
    }

    /** Takes down everything that is wrong with a subtask. */
    PlanDefect refuse(String id, List<String> troubles) {
        return reject(new PlanDefect(GraphNode.isValidId(id) ? id : Quoted.of(id), String.join("; ", troubles)));
    }

    PlanDefect reject(PlanDefect defect) {
        PlanDefect masked = masked(defect);
        defects.add(masked);
        return masked;
    }

    void note(String id, String what) {
        note(new PlanDefect(id, what));
    }

    /** Takes down a note that is not there yet. */
    void note(PlanDefect note) {
        PlanDefect masked = masked(note);
        if (!notes.contains(masked)) {
            notes.add(masked);
        }
    }

    /** What comes from here on answers the defects so far. */
    void answering() {
        answered = defects.size();
    }

    List<PlanDefect> unanswered() {
        return List.copyOf(defects.subList(answered, defects.size()));
    }

    int count() {
        return defects.size();
    }

    Optional<PlanDefect> firstAfter(int count) {
        return defects.stream().skip(count).findFirst();
    }

    List<PlanDefect> defects() {
        return List.copyOf(defects);
    }

    List<PlanDefect> notes() {
        return List.copyOf(notes);
    }

    /** Forgets what earlier rounds had; their defects are answered, or were never found here. */
    void clear() {
        answered = 0;
        defects.clear();
        notes.clear();
    }
}
