// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import java.lang.invoke.MethodType;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A generic class with its type arguments. It equals the JDK's own object for the same type.
 *
 * <p>Every type is made {@link #canonical} before use: a class or a {@code GenericType}, with wrappers instead of
 * primitive types, without type variables and wildcards.
 */
record GenericType(Class<?> raw, List<Type> arguments) implements ParameterizedType {
    private static final Pattern OUTSIDE_OF_NAMES = Pattern.compile("[^A-Za-z0-9_-]");

    /**
     * The canonical form of a type.
     *
     * @param path of the component that has the type, for error messages
     */
    static Type canonical(Type type, Map<TypeVariable<?>, Type> variables, String path) {
        return switch (type) {
            case Class<?> c
            when c.isPrimitive() -> MethodType.methodType(c).wrap().returnType();
            case Class<?> c
            when c.getTypeParameters().length > 0 ->
                throw new JsonTypeException("%s: %s needs its type arguments".formatted(path, c.getTypeName()));
            case Class<?> c -> c;
            case ParameterizedType p ->
                new GenericType(
                        (Class<?>) p.getRawType(),
                        Arrays.stream(p.getActualTypeArguments())
                                .map(argument -> canonical(argument, variables, path))
                                .toList());
            case TypeVariable<?> v when variables.containsKey(v) -> Objects.requireNonNull(variables.get(v));
            case GenericArrayType a
            when canonical(a.getGenericComponentType(), variables, path) instanceof Class<?> c -> c.arrayType();
            default ->
                throw new JsonTypeException(
                        "%s: %s is not a definite type; name a class in its place".formatted(path, type.getTypeName()));
        };
    }

    /** The type variables of a record or interface with their arguments. */
    static Map<TypeVariable<?>, Type> variablesOf(Type canonical) {
        if (!(canonical instanceof GenericType generic)) {
            return Map.of();
        }
        var parameters = generic.raw.getTypeParameters();
        var variables = new HashMap<TypeVariable<?>, Type>();
        for (int i = 0; i < parameters.length; i++) {
            variables.put(parameters[i], generic.arguments.get(i));
        }
        return variables;
    }

    static Class<?> rawOf(Type canonical) {
        return switch (canonical) {
            case GenericType generic -> generic.raw;
            case GivenSchema given -> given.raw();
            default -> (Class<?>) canonical;
        };
    }

    /** The type arguments; none for a class. */
    static List<Type> argumentsOf(Type canonical) {
        return canonical instanceof GenericType generic ? generic.arguments : List.of();
    }

    /** A short readable name, such as {@code Box_Topic}, of letters, digits, underscores and dashes. */
    static String nameOf(Type canonical) {
        var name = new StringBuilder(rawOf(canonical).getSimpleName().replace("[]", "_Array"));
        argumentsOf(canonical).forEach(argument -> name.append('_').append(nameOf(argument)));
        return OUTSIDE_OF_NAMES.matcher(name).replaceAll("_");
    }

    @Override
    public Type[] getActualTypeArguments() {
        return arguments.toArray(Type[]::new);
    }

    @Override
    public Type getRawType() {
        return raw;
    }

    @Override
    public @Nullable Type getOwnerType() {
        return raw.getDeclaringClass();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ParameterizedType that
                && raw.equals(that.getRawType())
                && Objects.equals(getOwnerType(), that.getOwnerType())
                && Arrays.equals(getActualTypeArguments(), that.getActualTypeArguments());
    }

    @Override
    public int hashCode() {
        // the JDK's own hash, so that both forms are one key in a map
        return Arrays.hashCode(getActualTypeArguments()) ^ Objects.hashCode(getOwnerType()) ^ raw.hashCode();
    }

    @Override
    public String toString() {
        return raw.getTypeName()
                + arguments.stream().map(Type::getTypeName).collect(Collectors.joining(", ", "<", ">"));
    }
}
