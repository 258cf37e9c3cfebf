// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads objects by the names of their members, which spares a dependency on each provider's module of LangChain4j. */
final class Members {
    /** A method of a class, or its absence. */
    private static final ClassValue<ConcurrentMap<String, Optional<Method>>> METHODS = new ClassValue<>() {
        @Override
        protected ConcurrentMap<String, Optional<Method>> computeValue(Class<?> type) {
            return new ConcurrentHashMap<>();
        }
    };

    private Members() {}

    /** The result of a method without parameters; null if there is no such method, or it throws. */
    static @Nullable Object call(Object owner, String name) {
        Optional<Method> method = method(owner, name);
        try {
            return method.isEmpty() ? null : method.get().invoke(owner);
        } catch (ReflectiveOperationException unreadable) {
            return null;
        }
    }

    /** Whether there is such a method. */
    static boolean has(Object owner, String name) {
        return method(owner, name).isPresent();
    }

    /** The value of a field, which need not be public; null if there is no such field, or it may not be read. */
    static @Nullable Object field(Object owner, String name) {
        for (@Nullable Class<?> type = owner.getClass(); type != null; type = type.getSuperclass()) {
            Optional<Field> field = Stream.of(type.getDeclaredFields())
                    .filter(declared -> declared.getName().equals(name))
                    .findFirst();
            if (field.isPresent()) {
                return value(owner, field.get());
            }
        }
        return null;
    }

    private static @Nullable Object value(Object owner, Field field) {
        try {
            return field.trySetAccessible() ? field.get(owner) : null;
        } catch (IllegalAccessException unreadable) {
            return null;
        }
    }

    private static Optional<Method> method(Object owner, String name) {
        return METHODS.get(owner.getClass()).computeIfAbsent(name, n -> find(owner.getClass(), n));
    }

    private static Optional<Method> find(Class<?> type, String name) {
        try {
            Method method = type.getMethod(name);
            return Modifier.isPublic(method.getDeclaringClass().getModifiers())
                    ? Optional.of(method)
                    : Optional.empty();
        } catch (NoSuchMethodException absent) {
            return Optional.empty();
        }
    }
}
