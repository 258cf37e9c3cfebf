// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The output of a subtask that fans out: one outcome for each element of its list, by index.
 *
 * @param <T> the output of one item
 */
public record Items<T>(List<Outcome<T>> outcomes) {
    public Items {
        outcomes = List.copyOf(outcomes);
    }

    /** The values of the items that succeeded, in the order of the list. */
    public List<T> values() {
        return outcomes.stream()
                .map(Outcome::ifSucceeded)
                .flatMap(Optional::stream)
                .toList();
    }

    /** One line: how many of the items succeeded. */
    @Override
    public String toString() {
        return "Items[%d of %d succeeded]".formatted(outcomes.size() - missing().size(), outcomes.size());
    }

    /** The indexes of the items that did not succeed, ascending. */
    public List<Integer> missing() {
        var missing = new ArrayList<Integer>();
        for (int index = 0; index < outcomes.size(); index++) {
            if (!outcomes.get(index).isSucceeded()) {
                missing.add(index);
            }
        }
        return List.copyOf(missing);
    }
}
