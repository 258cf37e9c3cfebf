// SPDX-License-Identifier: Apache-2.0
package dev.cadre.record;

import dev.cadre.journal.Fingerprint;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Numbers the items of equal inputs in each list of a run. Safe for use by many threads. */
final class ItemNames {
    private record Place(String subtaskId, int item) {}

    private record Alike(String subtaskId, Fingerprint input) {}

    private final Map<Place, ItemName> names = new ConcurrentHashMap<>();
    private final Map<Alike, Integer> met = new ConcurrentHashMap<>();

    /** The name of the item at a place; those of one list are asked for in their order first. */
    ItemName of(String subtaskId, int item, InputPrint input) {
        return names.computeIfAbsent(new Place(subtaskId, item), place -> {
            int number = met.merge(new Alike(subtaskId, input.effect()), 1, Integer::sum);
            return new ItemName(subtaskId, input.effect(), number, input.unfit().isEmpty());
        });
    }
}
