// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

import dev.cadre.json.Json;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The items that a model is asked about and that have not ended; their values only if they are asked for then.
 * Safe for use by many threads. */
final class OpenItems {
    private final Map<String, InputLine.Item> items = new HashMap<>();
    private final Kept kept;
    private InputLine.@Nullable Item current;

    /** What is remembered of an item. */
    enum Kept {
        PLACE,
        VALUE
    }

    OpenItems(Kept kept) {
        this.kept = kept;
    }

    /** Whoever is given the value of this item asks for its key before another is looked at. */
    synchronized Json lookAt(InputLine.Item item) {
        current = item;
        return item.value();
    }

    /** As {@link #lookAt}, and it is open from now on. */
    synchronized Json open(InputLine.Item item) {
        items.put(item.place().key(), kept == Kept.VALUE ? item : new InputLine.Item(item.place(), Json.Null.NULL));
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
    synchronized InputLine.Item end(String key) {
        return Objects.requireNonNull(items.remove(key), key);
    }

    synchronized int count() {
        return items.size();
    }

    /** All that are open have ended; in the order of the input. */
    synchronized List<InputLine.Item> endAll() {
        List<InputLine.Item> ended = items.values().stream()
                .sorted(Comparator.comparingLong(item -> item.place().index()))
                .toList();
        items.clear();
        return ended;
    }
}
