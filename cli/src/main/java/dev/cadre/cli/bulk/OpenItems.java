// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

import dev.cadre.json.Json;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The items that a model is asked about and that have not ended, without their values. Safe for use by many threads. */
final class OpenItems {
    private final Map<String, InputLine.Place> places = new HashMap<>();
    private InputLine.@Nullable Item current;

    /** Whoever is given the value of this item asks for its key before another is looked at. */
    synchronized Json lookAt(InputLine.Item item) {
        current = item;
        return item.value();
    }

    /** As {@link #lookAt}, and it is open from now on. */
    synchronized Json open(InputLine.Item item) {
        places.put(item.place().key(), item.place());
        return lookAt(item);
    }

    /** The name of the item that was looked at last. */
    synchronized String key(Json value) {
        InputLine.Item asked = current;
        if (asked == null || !asked.value().equals(value)) {
            throw new IllegalStateException("asked for the key of an item that was not looked at last");
        }
        return asked.place().key();
    }

    /** The item has ended. */
    synchronized InputLine.Place end(String key) {
        return Objects.requireNonNull(places.remove(key), key);
    }

    synchronized int count() {
        return places.size();
    }

    /** All that are open have ended; in the order of the input. */
    synchronized List<InputLine.Place> endAll() {
        List<InputLine.Place> ended = places.values().stream()
                .sorted(Comparator.comparingLong(InputLine.Place::index))
                .toList();
        places.clear();
        return ended;
    }
}
