// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import dev.cadre.json.Json;
import dev.cadre.json.JsonPath;
import java.lang.reflect.Type;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An enum: in JSON the name of a constant. */
final class EnumBinding implements NamedBinding {
    private final Class<?> type;
    private final Map<String, Object> byName = new LinkedHashMap<>();
    private final Map<Object, Json.Str> names = new LinkedHashMap<>();
    private final String expected;

    EnumBinding(Class<?> type, String path) {
        this.type = type;
        for (Object constant : type.getEnumConstants()) {
            var name = Annotations.nameOf((Enum<?>) constant);
            if (byName.put(name, constant) != null) {
                throw new JsonTypeException(
                        "%s: two constants of %s are named '%s'".formatted(path, type.getTypeName(), name));
            }
            names.put(constant, new Json.Str(name));
        }
        if (names.isEmpty()) {
            throw new JsonTypeException("%s: %s has no constants".formatted(path, type.getTypeName()));
        }
        expected = "one of " + String.join(", ", byName.keySet());
    }

    @Override
    public Type javaType() {
        return type;
    }

    @Override
    public Json.Obj schema(SchemaDefinitions definitions) {
        var schema = Annotations.described(Json.obj().with("type", "string"), Annotations.descriptionOf(type));
        return schema.with("enum", new Json.Arr(List.copyOf(names.values())));
    }

    @Override
    public Json write(Object value, JsonPath at) {
        return Objects.requireNonNull(names.get(value));
    }

    @Override
    public @Nullable Object read(Json json, JsonPath at, Defects defects) {
        var name = defects.require(Json.Str.class, expected, json, at);
        var constant = name == null ? null : byName.get(name.value());
        if (name != null && constant == null) {
            defects.notA(at, name.value(), expected);
        }
        return constant;
    }
}
