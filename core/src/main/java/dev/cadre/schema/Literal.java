// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import dev.cadre.json.Json;
import dev.cadre.json.JsonPath;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/** The JSON of a value of which only the class is known, not the declared type. */
public final class Literal {
    private Literal() {}

    /**
     * The bare JSON of a value. A record of a sealed interface has no {@code kind} field here, because its class does
     * not tell which interface was declared.
     *
     * @throws IllegalArgumentException if the class has no JSON form
     * @throws dev.cadre.json.JsonException if the value cannot be written
     */
    public static Json of(Object value) {
        return switch (value) {
            case Collection<?> items ->
                new Json.Arr(items.stream().map(Literal::of).toList());
            case Map<?, ?> map ->
                MapBinding.sorted(map.entrySet().stream()
                        .map(entry -> MapBinding.entry(of(entry.getKey()), of(entry.getValue())))
                        .toList());
            case Optional<?> optional -> optional.map(Literal::of).orElse(Json.Null.NULL);
            case Enum<?> constant -> bare(JsonType.of(constant.getDeclaringClass()), constant);
            default -> bare(JsonType.of(value.getClass()), value);
        };
    }

    /**
     * Text for a model, with descriptions in the places of attachments: a string as it is, a collection, map or Optional as bare JSON, other values as their type
     * writes them.
     */
    public static String text(Object value) {
        return switch (value) {
            case String text -> text;
            case Collection<?> items -> Marked.described(of(items)).write();
            case Map<?, ?> map -> Marked.described(of(map)).write();
            case Optional<?> optional -> Marked.described(of(optional)).write();
            default -> write(JsonType.of(value.getClass()), value);
        };
    }

    @SuppressWarnings("unchecked") // the type is made from the class of the value
    private static <T> String write(JsonType<T> type, Object value) {
        return Marked.described(type, (T) value).write();
    }

    private static Json bare(JsonType<?> type, Object value) {
        return type.binding().writeChecked(value, JsonPath.ROOT);
    }
}
