// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import dev.cadre.schema.JsonType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/**
 * A type with its type arguments, such as {@code new TypeRef<List<Note>>() {}}: the input or output of a subtask type, or
 * the answer of a goal, that a {@link Class} cannot name. Immutable.
 *
 * <p>The root of a strict schema is an object. So a model sees a value that is not a record as the field {@code value} of
 * an object, and the library wraps and unwraps it.
 *
 * @param <T> the type, without wildcards and type variables
 */
public abstract class TypeRef<T> {
    private final JsonType<T> type;

    /**
     * The type that the subclass names.
     *
     * @throws IllegalArgumentException if the type argument is missing, has a wildcard or a type variable, or cannot be
     *     expressed in a strict JSON schema; the message names the part
     */
    @SuppressWarnings("unchecked") // the type argument is T
    protected TypeRef() {
        this.type = (JsonType<T>) JsonType.of(argumentOf(getClass()));
    }

    private TypeRef(JsonType<T> type) {
        this.type = type;
    }

    /**
     * A class without type parameters, to stand beside a generic type.
     *
     * @throws IllegalArgumentException if it cannot be expressed in a strict JSON schema; the message names the part
     */
    public static <T> TypeRef<T> of(Class<T> type) {
        return new TypeRef<>(JsonType.of(type)) {};
    }

    private static Type argumentOf(Class<?> subclass) {
        Class<?> direct = subclass;
        while (direct.getSuperclass() != TypeRef.class) {
            direct = direct.getSuperclass();
        }
        if (direct.getGenericSuperclass() instanceof ParameterizedType generic) {
            return generic.getActualTypeArguments()[0];
        }
        throw new IllegalArgumentException(
                "%s needs a type argument: new TypeRef<List<Note>>() {}".formatted(subclass.getName()));
    }

    /** The type with its arguments; of a primitive class its wrapper. */
    public final Type type() {
        return type.javaType();
    }

    JsonType<T> jsonType() {
        return type;
    }

    @Override
    public final boolean equals(@Nullable Object other) {
        return other instanceof TypeRef<?> that && type.equals(that.type);
    }

    @Override
    public final int hashCode() {
        return type.hashCode();
    }

    @Override
    public final String toString() {
        return "TypeRef<" + type.javaType().getTypeName() + ">";
    }
}
