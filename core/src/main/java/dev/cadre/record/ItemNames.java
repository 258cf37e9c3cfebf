// SPDX-License-Identifier: Apache-2.0
package dev.cadre.record;

import dev.cadre.journal.Fingerprint;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Numbers the items of equal inputs in each list of a run. Safe for use by many threads. */
final class ItemNames {
    private record Place(String subtaskId, int item) {}

    private record Alike(String subtaskId, Fingerprint input) {}

    private final Map<Place, ItemName> names = new ConcurrentHashMap<>();
    private final Map<Alike, Integer> met = new ConcurrentHashMap<>();

    /**
     * The name of the item at a place; those of one list are asked for in their order first.
     *
     * @param input is asked for once
     */
    ItemName of(String subtaskId, int item, Supplier<Fingerprint> input) {
        var place = new Place(subtaskId, item);
        ItemName known = names.get(place);
        if (known == null) { // not under a lock: the input is the user's
            Fingerprint made = input.get();
            known = new ItemName(subtaskId, made, met.merge(new Alike(subtaskId, made), 1, Integer::sum));
            names.put(place, known);
        }
        return known;
    }
}
