// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The output of a subtask that fans out: one outcome for each element of its list, by index.
 *
 * @param outcomes of all items, in their order
 * @param groupSizes how many items came of each element of the outer list, if the subtask fans out {@linkplain
 *     Input#forEachOf over a fan-out}; empty otherwise
 * @param <T> the output of one item
 */
public record Items<T>(List<Outcome<T>> outcomes, List<Integer> groupSizes) {
    public Items {
        outcomes = List.copyOf(outcomes);
        groupSizes = List.copyOf(groupSizes);
        int grouped = groupSizes.stream().mapToInt(Integer::intValue).sum();
        if (!groupSizes.isEmpty() && grouped != outcomes.size()) {
            throw new IllegalArgumentException(
                    "%d items are not in groups of %s".formatted(outcomes.size(), groupSizes));
        }
    }

    /** The items of one list. */
    public Items(List<Outcome<T>> outcomes) {
        this(outcomes, List.of());
    }

    /**
     * The items that came of each element of the outer list, by the index of that element: none for one that did not
     * succeed. All of them in one group unless the subtask fans out {@linkplain Input#forEachOf over a fan-out}.
     */
    public List<Items<T>> groups() {
        if (groupSizes.isEmpty()) {
            return List.of(this);
        }
        var groups = new ArrayList<Items<T>>();
        int from = 0;
        for (int size : groupSizes) {
            groups.add(new Items<>(outcomes.subList(from, from + size)));
            from += size;
        }
        return List.copyOf(groups);
    }

    /** The values of the items that succeeded, in the order of the list. */
    public List<T> values() {
        return outcomes.stream()
                .map(Outcome::ifSucceeded)
                .flatMap(Optional::stream)
                .toList();
    }

    Items<T> maskedBy(UnaryOperator<String> masker) {
        return new Items<>(outcomes.stream().map(each -> each.maskedBy(masker)).toList(), groupSizes);
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
