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
 * The fields of an object: an immutable map that keeps their order.
 *
 * <p>It is made of two arrays, because an object that is built field by field is copied for each field. Most objects
 * have few fields, which are searched one by one; only larger objects have an index.
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

    /** The fields of a map, in the order of the map; sorted by name if the map has no order. */
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

    /** A copy with one more field, or with the value of an existing field replaced. */
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

    /** The index of the field, or {@link #ABSENT}. */
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
