// SPDX-License-Identifier: Apache-2.0
package dev.cadre.json;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The fields of an object as an immutable map in their order.
 *
 * <p>Two arrays: an object that is built up field by field is copied with each of them, and most have a few only. These
 * are searched one by one, more of them through an index.
 */
final class Fields extends AbstractMap<String, Json> {
    static final Fields NONE = new Fields(new String[0], new Json[0]);

    private static final int FEW = 16;
    private static final int ABSENT = -1;

    private final String[] names;
    private final Json[] values;
    private final Map<String, Integer> index;

    private Fields(String[] names, Json[] values) {
        this.names = names;
        this.values = values;
        this.index = names.length > FEW ? index(names) : Map.of();
    }

    private static Map<String, Integer> index(String[] names) {
        Map<String, Integer> index = HashMap.newHashMap(names.length);
        for (int place = 0; place < names.length; place++) {
            index.put(names[place], place);
        }
        return index;
    }

    /** The fields of the map: in its order, or sorted by name if it has none of its own. */
    static Fields of(Map<String, Json> given) {
        if (given instanceof Fields fields) {
            return fields;
        }
        var names = new ArrayList<String>(given.size());
        var values = new ArrayList<Json>(given.size());
        (given instanceof SequencedMap ? given : new TreeMap<>(given)).forEach((name, value) -> {
            names.add(name);
            values.add(value);
        });
        return new Fields(names.toArray(String[]::new), values.toArray(Json[]::new)).requireNoNull();
    }

    private Fields requireNoNull() {
        if (Arrays.asList(names).contains(null) || Arrays.asList(values).contains(null)) {
            throw new IllegalArgumentException(
                    "a JSON object with a null key or value: keys " + Arrays.toString(names));
        }
        return this;
    }

    /** These with the field added, or replaced in its place. */
    Fields with(String name, Json value) {
        int found = place(name);
        int place = found == ABSENT ? names.length : found;
        int size = Math.max(names.length, place + 1);
        var newNames = Arrays.copyOf(names, size);
        var newValues = Arrays.copyOf(values, size);
        newNames[place] = name;
        newValues[place] = value;
        return new Fields(newNames, newValues).requireNoNull();
    }

    /** Where the field of this name is. */
    private int place(@Nullable Object name) {
        if (names.length > FEW) {
            return index.getOrDefault(name, ABSENT);
        }
        for (int place = 0; place < names.length; place++) {
            if (names[place].equals(name)) {
                return place;
            }
        }
        return ABSENT;
    }

    @Override
    public @Nullable Json get(@Nullable Object name) {
        int place = place(name);
        return place == ABSENT ? null : values[place];
    }

    @Override
    public boolean containsKey(@Nullable Object name) {
        return place(name) != ABSENT;
    }

    @Override
    public void forEach(BiConsumer<? super String, ? super Json> action) {
        for (int place = 0; place < names.length; place++) {
            action.accept(names[place], values[place]);
        }
    }

    @Override
    public Set<Entry<String, Json>> entrySet() {
        return new AbstractSet<>() {
            @Override
            public Iterator<Entry<String, Json>> iterator() {
                return IntStream.range(0, names.length)
                        .mapToObj(place -> Map.entry(names[place], values[place]))
                        .iterator();
            }

            @Override
            public int size() {
                return names.length;
            }
        };
    }
}
