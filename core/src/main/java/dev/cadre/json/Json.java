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
 * <p>Safe for use by many threads. Objects with the same fields are equal in any order. Numbers are equal if they have
 * the same digits, so {@code 1} and {@code 1.0} differ.
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
     * @throws JsonException if the text is longer than {@link #MAX_CHARS}, is not JSON, is nested deeper than
     *     {@link #MAX_DEPTH}, has more than a million tokens or text after the document, or repeats a key in an object
     */
    static Json parse(String text) {
        return ParsedJson.document(text).requireUniqueKeys();
    }

    /** An object without fields; {@link Obj#with(String, Json)} adds some. */
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
     * This value as compact text. Equal trees whose fields have the same order give the same text.
     *
     * <p>Lone surrogates, control characters and directional marks are escaped, so the text survives any encoding.
     *
     * @throws JsonException if the tree is nested deeper than {@link #MAX_DEPTH}
     */
    default String write() {
        return JsonText.of(this);
    }

    /**
     * The canonical text of this value, for digests and keys. Keys of objects are sorted, and numbers are written by
     * value: {@code 1}, {@code 1.0} and {@code 1e0} give the same text, and the string {@code "1"} gives another.
     *
     * @throws JsonException if the tree is nested deeper than {@link #MAX_DEPTH}
     */
    default String canonical() {
        return JsonText.canonical(this);
    }

    /** The kind of this value with its article, for messages: {@code an object}, {@code null}. */
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

    /** A string of any characters, including lone surrogates. */
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
     * Named values in the order of the given map. The fields of a map without an order, such as {@link Map#of} and
     * {@link java.util.HashMap}, are sorted by name, because their order differs between processes.
     *
     * <p>The accessors take the names on the path to a value, outermost first: {@code reply.longValue("usage",
     * "output_tokens")}. If the value is missing or of another kind, all but {@link #at} throw a {@link
     * JsonException} that names the path.
     */
    record Obj(Map<String, Json> fields) implements Json {
        public Obj {
            fields = Fields.of(fields);
        }

        /** A copy with one more field, or with the value of an existing field replaced. */
        public Obj with(String name, Json value) {
            return new Obj(Fields.of(fields).with(name, value));
        }

        /** A copy with a string field. */
        public Obj with(String name, String value) {
            return with(name, new Str(value));
        }

        /** A copy with a whole number as a field. */
        public Obj with(String name, long value) {
            return with(name, Num.of(value));
        }

        /** A copy with a boolean field. */
        public Obj with(String name, boolean value) {
            return with(name, new Bool(value));
        }

        /** A copy without the field, which may be absent already. */
        public Obj without(String name) {
            var copy = new LinkedHashMap<>(fields);
            copy.remove(name);
            return new Obj(copy);
        }

        /** The value at the path, which may be a JSON {@code null}; empty if a name is missing. */
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

        /** The string at the path. */
        public String string(String... path) {
            return require(Str.class, "a string", path).value();
        }

        /** The boolean at the path. */
        public boolean bool(String... path) {
            return require(Bool.class, "a boolean", path).value();
        }

        /** The exact number at the path. */
        public BigDecimal decimal(String... path) {
            return require(Num.class, "a number", path).value();
        }

        /** The whole number at the path; an error if it does not fit a {@code long}. */
        public long longValue(String... path) {
            var number = decimal(path);
            try {
                return number.longValueExact();
            } catch (ArithmeticException e) {
                throw new JsonException("%s: %s is not a whole number of 64 bits".formatted(JsonPath.of(path), number));
            }
        }

        /** The whole number at the path; an error if it does not fit an {@code int}. */
        public int intValue(String... path) {
            long number = longValue(path);
            if (number != (int) number) {
                throw new JsonException("%s: %d is not a whole number of 32 bits".formatted(JsonPath.of(path), number));
            }
            return (int) number;
        }

        /** The object at the path. */
        public Obj object(String... path) {
            return require(Obj.class, "an object", path);
        }

        /** The items of the array at the path. */
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
