// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import dev.cadre.json.Json;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** A type of JSON Schema. */
enum JsonKind {
    OBJECT("an object"),
    ARRAY("an array"),
    STRING("a string"),
    NUMBER("a number"),
    INTEGER("a whole number"),
    BOOLEAN("a boolean"),
    NULL("null");

    private final String article;

    JsonKind(String article) {
        this.article = article;
    }

    /** The kind with this name in a schema. */
    static Optional<JsonKind> named(String name) {
        return Arrays.stream(values())
                .filter(kind -> kind.toString().equals(name))
                .findFirst();
    }

    boolean includes(Json json) {
        return switch (this) {
            case OBJECT -> json instanceof Json.Obj;
            case ARRAY -> json instanceof Json.Arr;
            case STRING -> json instanceof Json.Str;
            case NUMBER -> json instanceof Json.Num;
            case INTEGER -> json instanceof Json.Num number && isWhole(number.value());
            case BOOLEAN -> json instanceof Json.Bool;
            case NULL -> json instanceof Json.Null;
        };
    }

    /** Whether the number has no fraction. As in JSON Schema, 3.0 and 3e2 are whole. */
    static boolean isWhole(BigDecimal number) {
        return number.scale() <= 0 || number.stripTrailingZeros().scale() <= 0;
    }

    /** The kinds in words, such as {@code a string or null}. */
    static String described(Collection<JsonKind> kinds) {
        return kinds.stream().map(kind -> kind.article).collect(Collectors.joining(" or "));
    }

    /** The name in a schema. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
