// SPDX-License-Identifier: Apache-2.0
package dev.cadre.json;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A JSON value as an immutable tree.
 *
 * <p>Values may be shared between threads. Two objects are equal whatever the order of their fields; two numbers are
 * equal when their digits are, so {@code 1} and {@code 1.0} differ.
 */
public sealed interface Json {
    /** The deepest nesting that is read or written, in levels. */
    int MAX_DEPTH = 100;

    /** The longest text that is read, in characters. */
    int MAX_CHARS = 16 * 1024 * 1024;

    /** The longest number that is read, in characters. */
    int MAX_NUMBER_CHARS = 1_000;

    /**
     * Reads one JSON document.
     *
     * @throws JsonException if the text is longer than {@link #MAX_CHARS}, not JSON, nested deeper than
     *     {@link #MAX_DEPTH}, of more than a million tokens, followed by anything but white space, or repeats a key
     *     within an object
     */
    static Json parse(String text) {
        return ParsedJson.document(text).requireUniqueKeys();
    }

    /** An object without fields, to be built up by {@link Obj#with(String, Json)}. */
    static Obj obj() {
        return new Obj(Fields.NONE);
    }

    /** An array of the given items. */
    static Arr arr(Json... items) {
        return new Arr(List.of(items));
    }

    /** An array of strings. */
    static Arr strings(Iterable<String> values) {
        var items = new ArrayList<Json>();
        values.forEach(value -> items.add(new Str(value)));
        return new Arr(items);
    }

    /**
     * This value as compact text, the same for equal trees built in the same order.
     *
     * <p>Lone surrogates, control characters and directional marks are escaped, so the text survives any encoding.
     *
     * @throws JsonException if the tree is nested deeper than {@link #MAX_DEPTH}
     */
    default String write() {
        return JsonText.of(this);
    }

    /**
     * This value as the one text that all trees of the same value have: keys of objects are sorted, and numbers are told
     * apart by value, so that {@code 1}, {@code 1.0} and {@code 1e0} are the same, and the string {@code "1"} is not. For
     * digests and keys, not for reading.
     *
     * @throws JsonException if the tree is nested deeper than {@link #MAX_DEPTH}
     */
    default String canonical() {
        return JsonText.canonical(this);
    }

    /** What kind of value this is, with its article, for messages: {@code an object}, {@code null}. */
    default String kind() {
        return switch (this) {
            case Obj object -> "an object";
            case Arr array -> "an array";
            case Str string -> "a string";
            case Num number -> "a number";
            case Bool bool -> "a boolean";
            case Null none -> "null";
        };
    }

    /** A string, which may hold any character, lone surrogates included. */
    record Str(String value) implements Json {}

    /** A number of any size and precision. */
    record Num(BigDecimal value) implements Json {
        /** A whole number. */
        public static Num of(long value) {
            return new Num(BigDecimal.valueOf(value));
        }
    }

    /** {@code true} or {@code false}. */
    record Bool(boolean value) implements Json {}

    /** The JSON {@code null}. */
    enum Null implements Json {
        NULL
    }

    /** A list of values. */
    record Arr(List<Json> items) implements Json {
        public Arr {
            items = List.copyOf(items);
        }
    }

    /**
     * Named values in the order of the map that they are given in; a map without an order of its own, such as
     * {@link Map#of} and {@link java.util.HashMap}, is sorted by name, because its order differs between processes.
     *
     * <p>The accessors take the names that lead to a value, outermost first: {@code reply.longValue("usage",
     * "output_tokens")}. All but {@link #at} throw a {@link JsonException} that names this path if the value is missing
     * or of another kind.
     */
    record Obj(Map<String, Json> fields) implements Json {
        public Obj {
            fields = Fields.of(fields);
        }

        /** This object with the field added, or replaced in its place. */
        public Obj with(String name, Json value) {
            return new Obj(Fields.of(fields).with(name, value));
        }

        /** This object with a string field. */
        public Obj with(String name, String value) {
            return with(name, new Str(value));
        }

        /** This object with a whole number as a field. */
        public Obj with(String name, long value) {
            return with(name, Num.of(value));
        }

        /** This object with a boolean field. */
        public Obj with(String name, boolean value) {
            return with(name, new Bool(value));
        }

        /** This object less one field, which need not be there. */
        public Obj without(String name) {
            var copy = new LinkedHashMap<>(fields);
            copy.remove(name);
            return new Obj(copy);
        }

        /** The value at the end of the path, a JSON {@code null} included, or empty if some name is missing. */
        public Optional<Json> at(String... path) {
            Json here = this;
            for (String name : path) {
                Json next = here instanceof Obj object ? object.fields.get(name) : null;
                if (next == null) {
                    return Optional.empty();
                }
                here = next;
            }
            return Optional.of(here);
        }

        /** The string there. */
        public String string(String... path) {
            return require(Str.class, "a string", path).value();
        }

        /** The boolean there. */
        public boolean bool(String... path) {
            return require(Bool.class, "a boolean", path).value();
        }

        /** The number there, exact. */
        public BigDecimal decimal(String... path) {
            return require(Num.class, "a number", path).value();
        }

        /** The whole number there; one that is no {@code long} is an error. */
        public long longValue(String... path) {
            var number = decimal(path);
            try {
                return number.longValueExact();
            } catch (ArithmeticException e) {
                throw new JsonException("%s: %s is not a whole number of 64 bits".formatted(JsonPath.of(path), number));
            }
        }

        /** The whole number there; one that is no {@code int} is an error. */
        public int intValue(String... path) {
            long number = longValue(path);
            if (number != (int) number) {
                throw new JsonException("%s: %d is not a whole number of 32 bits".formatted(JsonPath.of(path), number));
            }
            return (int) number;
        }

        /** The object there. */
        public Obj object(String... path) {
            return require(Obj.class, "an object", path);
        }

        /** The items of the array there. */
        public List<Json> items(String... path) {
            return require(Arr.class, "an array", path).items();
        }

        private <J extends Json> J require(Class<J> type, String expected, String... path) {
            Json found = at(path).orElseThrow(() -> new JsonException(JsonPath.of(path) + ": missing"));
            if (!type.isInstance(found)) {
                throw new JsonException("%s: expected %s, got %s".formatted(JsonPath.of(path), expected, found.kind()));
            }
            return type.cast(found);
        }
    }
}
