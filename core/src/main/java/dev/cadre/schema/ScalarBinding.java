// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import dev.cadre.json.JsonPath;
import java.lang.reflect.Type;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A type whose values are strings, numbers or booleans in JSON. */
record ScalarBinding(Type javaType, Json.Obj schema, Function<Object, Json> writer, Reader reader) implements Binding {

    /** Reads one value; returns null after reporting a defect. */
    interface Reader {
        @Nullable
        Object read(Json json, JsonPath at, Defects defects);
    }

    /** Whether it can be the key of a map. */
    boolean isString() {
        return schema.at("type").equals(Optional.of(new Json.Str("string")));
    }

    @Override
    public Json.Obj schema(SchemaDefinitions definitions) {
        return schema;
    }

    @Override
    public Json write(Object value, JsonPath at) {
        try {
            return writer.apply(value);
        } catch (NumberFormatException e) {
            throw new JsonException("%s: %s is not a number in JSON".formatted(at, value));
        }
    }

    @Override
    public @Nullable Object read(Json json, JsonPath at, Defects defects) {
        return reader.read(json, at, defects);
    }
}
