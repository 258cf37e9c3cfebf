// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import dev.cadre.task.Items;
import dev.cadre.task.Missing;
import dev.cadre.task.Outcome;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** What an answer lacks: every required subtask, and every item, that did not succeed. */
final class MissingParts {
    private MissingParts() {}

    static List<Missing> of(Collection<Subtask> subtasks) {
        var missing = new ArrayList<Missing>();
        for (Subtask subtask : subtasks) {
            Outcome<?> outcome = subtask.outcome;
            if (outcome == null || subtask.node.optional()) {
                continue;
            }
            if (!outcome.isSucceeded()) {
                missing.add(new Missing(subtask.id(), outcome.reason()));
            } else if (outcome instanceof Outcome.Succeeded<?>(Items<?>(var outcomes))) {
                addItems(subtask.id(), outcomes, missing);
            }
        }
        return missing;
    }

    private static void addItems(String id, List<? extends Outcome<?>> outcomes, List<Missing> missing) {
        for (int index = 0; index < outcomes.size(); index++) {
            if (!outcomes.get(index).isSucceeded()) {
                missing.add(new Missing(id + "#" + index, outcomes.get(index).reason()));
            }
        }
    }
}
