// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** What the earlier rounds of a plan leave to a later one: ids that are taken, and what is not done. */
final class PlanRounds {
    private final Set<String> earlier = new LinkedHashSet<>();
    /** What pointed nowhere, and the ids that it waited for: nothing may come in their place. */
    private final Set<String> givenUp = new LinkedHashSet<>();

    private final Set<String> undone = new LinkedHashSet<>();
    private final List<PlannedSubtask> stranded = new ArrayList<>();
    private boolean replaying;

    /** Runs something during which nothing is handed over. */
    void replaying(Runnable restoring) {
        replaying = true;
        restoring.run();
        replaying = false;
    }

    boolean isReplaying() {
        return replaying;
    }

    void begin(List<String> admitted, Collection<Candidate> pointingNowhere, Collection<String> notDone) {
        earlier.addAll(admitted);
        undone.addAll(notDone);
        for (Candidate each : pointingNowhere) {
            stranded.add(each.planned());
            givenUp.add(each.id());
            each.dependencies().stream().filter(on -> !earlier.contains(on)).forEach(givenUp::add);
        }
    }

    boolean isEarlier(String id) {
        return earlier.contains(id);
    }

    /** How many subtasks of earlier rounds point nowhere. */
    int stranded() {
        return stranded.size();
    }

    List<PlannedSubtask> withStranded(List<PlannedSubtask> taken) {
        var all = new ArrayList<>(stranded);
        all.addAll(taken);
        return all;
    }

    /** What is wrong with a subtask in the light of the earlier rounds. */
    List<String> troublesOf(PlannedSubtask planned) {
        var troubles = new ArrayList<String>();
        if (givenUp.contains(planned.id())) {
            troubles.add("an earlier part of the plan that was given up has this id or refers to it: take another one");
        }
        planned.references()
                .filter(id -> undone.contains(id) || givenUp.contains(id))
                .distinct()
                .forEach(id -> troubles.add(
                        "it depends on %s, which is not done: plan what comes in its place".formatted(Quoted.of(id))));
        planned.replaces().stream()
                .filter(id -> !undone.contains(id))
                .forEach(id -> troubles.add(
                        "it is to replace %s, which is not among what is not done".formatted(Quoted.of(id))));
        return troubles;
    }

    /** The subtask as a model wrote it, in the place of nothing but what is not done, whose ids are read in any case. */
    PlannedSubtask replacingUndone(PlannedSubtask planned, Consumer<String> note) {
        List<String> kept = planned.replaces().stream()
                .map(id -> spelled(id, note))
                .filter(undone::contains)
                .distinct()
                .toList();
        if (kept.equals(planned.replaces())) {
            return planned;
        }
        return planned.withReplaces(kept);
    }

    private String spelled(String id, Consumer<String> note) {
        if (undone.contains(id)) {
            return id;
        }
        String tidy = References.tidyLabel(id);
        List<String> alike = undone.stream().filter(tidy::equalsIgnoreCase).toList();
        if (undone.contains(tidy) || alike.size() == 1) {
            String spelled = undone.contains(tidy) ? tidy : alike.getFirst();
            note.accept("%s was read as %s".formatted(Quoted.of(id), Quoted.of(spelled)));
            return spelled;
        }
        note.accept(
                "it replaces %s, which is not among what is not done: that was passed over".formatted(Quoted.of(id)));
        return id;
    }
}
