// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import dev.cadre.model.TokenUsage;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads usage, with what LangChain4j's own type has no room for: the models' subclasses are asked by the names of their
 * methods, which spares a dependency on each of them. What cannot be read is taken at its dearest.
 */
final class Usages {
    /** A method of a class, or its absence. */
    private static final ClassValue<ConcurrentMap<String, Optional<Method>>> METHODS = new ClassValue<>() {
        @Override
        protected ConcurrentMap<String, Optional<Method>> computeValue(Class<?> type) {
            return new ConcurrentHashMap<>();
        }
    };

    private Usages() {}

    /** The usage, or null if it is missing or impossible. */
    static @Nullable TokenUsage of(dev.langchain4j.model.output.@Nullable TokenUsage usage) {
        if (usage == null || usage.inputTokenCount() == null || usage.outputTokenCount() == null) {
            return null;
        }
        // Anthropic's input leaves out what went through its cache
        long cacheReads = count(usage, "cacheReadInputTokens");
        long cacheWrites = count(usage, "cacheCreationInputTokens");
        long cached = cacheReads + count(count(usage, "inputTokensDetails", "cachedTokens"));
        long input = usage.inputTokenCount() + cacheReads + cacheWrites;
        long reasoning = count(count(usage, "outputTokensDetails", "reasoningTokens"));
        try {
            return new TokenUsage(input, cached, cacheWrites, output(usage), reasoning);
        } catch (IllegalArgumentException impossible) {
            return null;
        }
    }

    /** Gemini counts its thoughts in the total alone. */
    private static long output(dev.langchain4j.model.output.TokenUsage usage) {
        Integer total = usage.totalTokenCount();
        long output = usage.outputTokenCount();
        return total == null ? output : Math.max(output, (long) total - usage.inputTokenCount());
    }

    private static long count(Object owner, String method) {
        return count(call(owner, method));
    }

    private static @Nullable Object count(Object owner, String details, String method) {
        Object found = call(owner, details);
        return found == null ? null : call(found, method);
    }

    private static long count(@Nullable Object value) {
        return value instanceof Number number ? number.longValue() : 0;
    }

    private static @Nullable Object call(Object owner, String name) {
        Optional<Method> method = METHODS.get(owner.getClass()).computeIfAbsent(name, n -> find(owner.getClass(), n));
        try {
            return method.isEmpty() ? null : method.get().invoke(owner);
        } catch (ReflectiveOperationException unreadable) {
            return null;
        }
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
