// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import dev.cadre.json.Json;
import java.math.BigDecimal;
import java.util.List;
import java.util.stream.Collectors;

/** The types that a schema names, and the values that are of them. */
final class JsonKinds {
    private JsonKinds() {}

    /** The types of a schema; none if it does not say. */
    static List<String> of(Json.Obj schema) {
        return switch (schema.at("type").orElse(Json.arr())) {
            case Json.Str one -> List.of(one.value());
            case Json.Arr several ->
                several.items().stream().map(type -> ((Json.Str) type).value()).toList();
            case Json other -> throw new IllegalStateException("a type that is " + other.kind());
        };
    }

    /** Whether the value is of one of the types. */
    static boolean include(List<String> types, Json json) {
        for (String type : types) {
            if (isOf(type, json)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOf(String type, Json json) {
        return switch (type) {
            case "object" -> json instanceof Json.Obj;
            case "array" -> json instanceof Json.Arr;
            case "string" -> json instanceof Json.Str;
            case "number" -> json instanceof Json.Num;
            case "integer" -> json instanceof Json.Num number && isWhole(number.value());
            case "boolean" -> json instanceof Json.Bool;
            case "null" -> json instanceof Json.Null;
            default -> throw new IllegalStateException("no type '%s'".formatted(type));
        };
    }

    /** Whether the number has no fraction; 3.0 and 3e2 are whole, as in JSON Schema. */
    static boolean isWhole(BigDecimal number) {
        return number.scale() <= 0 || number.stripTrailingZeros().scale() <= 0;
    }

    /** The types in words, such as {@code a string or null}. */
    static String described(List<String> types) {
        return types.stream()
                .map(type -> switch (type) {
                    case "object", "array" -> "an " + type;
                    case "integer" -> "a whole number";
                    case "null" -> type;
                    default -> "a " + type;
                })
                .collect(Collectors.joining(" or "));
    }
}
