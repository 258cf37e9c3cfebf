// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import dev.cadre.json.Json;
import dev.cadre.json.JsonPath;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A value that may be absent: in JSON the value or {@code null}. */
record OptionalBinding(Type javaType, Binding content) implements Binding {
    private static final Map<Class<?>, Form> FORMS = Map.of(
            Optional.class, new Form(Object.class, Optional.empty(), Optional::of),
            OptionalInt.class, new Form(Integer.class, OptionalInt.empty(), value -> OptionalInt.of((Integer) value)),
            OptionalLong.class, new Form(Long.class, OptionalLong.empty(), value -> OptionalLong.of((Long) value)),
            OptionalDouble.class,
                    new Form(Double.class, OptionalDouble.empty(), value -> OptionalDouble.of((Double) value)));

    /** One of the four optional classes of the JDK. */
    private record Form(Class<?> content, Object absent, Function<Object, Object> of) {}

    /** The type of the content of an optional type; empty for any other type. */
    static Optional<Type> contentOf(Type canonical) {
        var form = FORMS.get(GenericType.rawOf(canonical));
        return Optional.ofNullable(form)
                .map(known -> known.content == Object.class
                        ? GenericType.argumentsOf(canonical).getFirst()
                        : known.content);
    }

    private Form form() {
        return Objects.requireNonNull(FORMS.get(GenericType.rawOf(javaType)));
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
            return form().absent;
        }
        var value = content.read(json, at, defects);
        return value == null ? null : form().of.apply(value);
    }

    @Override
    public Json replace(Json json, UnaryOperator<Json> attachment) {
        return json == Json.Null.NULL ? json : content.replace(json, attachment);
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
