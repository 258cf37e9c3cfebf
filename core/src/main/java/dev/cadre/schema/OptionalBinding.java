// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import dev.cadre.json.Json;
import dev.cadre.json.JsonPath;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A value that may be absent, as the value or {@code null}. */
record OptionalBinding(Type javaType, Binding content) implements Binding {

    /** What a type of optional holds, or empty if it is no such type. */
    static Optional<Type> contentOf(Type canonical) {
        var raw = GenericType.rawOf(canonical);
        if (raw == OptionalInt.class) {
            return Optional.of(Integer.class);
        }
        if (raw == OptionalLong.class) {
            return Optional.of(Long.class);
        }
        if (raw == OptionalDouble.class) {
            return Optional.of(Double.class);
        }
        return raw == Optional.class
                ? Optional.of(GenericType.argumentsOf(canonical).getFirst())
                : Optional.empty();
    }

    @Override
    public List<Binding> children() {
        return List.of(content);
    }

    @Override
    public Json.Obj schema(SchemaDefinitions definitions) {
        return SchemaDefinitions.orNull(definitions.refer(content));
    }

    @Override
    public Json write(Object value, JsonPath at) {
        var present = present(value);
        return present == null ? Json.Null.NULL : content.write(present, at);
    }

    @Override
    public @Nullable Object read(Json json, JsonPath at, Defects defects) {
        if (json == Json.Null.NULL) {
            return absent();
        }
        var value = content.read(json, at, defects);
        return switch (value) {
            case null -> null;
            case Integer number when javaType == OptionalInt.class -> OptionalInt.of(number);
            case Long number when javaType == OptionalLong.class -> OptionalLong.of(number);
            case Double number when javaType == OptionalDouble.class -> OptionalDouble.of(number);
            default -> Optional.of(value);
        };
    }

    private Object absent() {
        if (javaType == OptionalInt.class) {
            return OptionalInt.empty();
        }
        if (javaType == OptionalLong.class) {
            return OptionalLong.empty();
        }
        return javaType == OptionalDouble.class ? OptionalDouble.empty() : Optional.empty();
    }

    private static @Nullable Object present(Object optional) {
        return switch (optional) {
            case OptionalInt number -> number.isPresent() ? number.getAsInt() : null;
            case OptionalLong number -> number.isPresent() ? number.getAsLong() : null;
            case OptionalDouble number -> number.isPresent() ? number.getAsDouble() : null;
            case Optional<?> value -> value.orElse(null);
            default -> throw new IllegalArgumentException("not an optional: " + optional.getClass());
        };
    }
}
