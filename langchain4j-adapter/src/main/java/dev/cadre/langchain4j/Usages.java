// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import dev.cadre.json.Json;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.TokenUsage;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads usage, with what LangChain4j's own type has no room for: the models' subclasses are asked by the names of their
 * methods, which spares a dependency on each of them. What cannot be read is taken at its dearest.
 *
 * <p>The names are those of the modules of LangChain4j that have a type of their own: Anthropic, Bedrock, Gemini and both
 * of OpenAI. Input that a module counts beside the input is added to it. A whole number of tokens under any other name may
 * be work that no known count holds, so it is added to the output, the dearest kind: a count that was in another one
 * already makes the cost too high, never too low. Unknown parts of the details are in their whole already.
 */
final class Usages {
    private static final String CACHE_READ_BESIDE_INPUT = "cacheReadInputTokens";
    private static final String CACHE_READ_IN_INPUT = "cachedContentTokenCount";
    private static final String THOUGHTS_BESIDE_OUTPUT = "thoughtsTokenCount";

    /** Of Anthropic and of Bedrock, which both leave them out of the input. */
    private static final List<String> CACHE_WRITES_BESIDE_INPUT =
            List.of("cacheCreationInputTokens", "cacheWriteInputTokens");

    private static final Set<String> KNOWN = Stream.concat(
                    CACHE_WRITES_BESIDE_INPUT.stream(),
                    Stream.of(
                            CACHE_READ_BESIDE_INPUT,
                            CACHE_READ_IN_INPUT,
                            THOUGHTS_BESIDE_OUTPUT,
                            "inputTokenCount",
                            "outputTokenCount",
                            "totalTokenCount"))
            .collect(Collectors.toUnmodifiableSet());

    private static final Set<Class<?>> WHOLE_NUMBERS = Set.of(int.class, long.class, Integer.class, Long.class);

    /** The methods of a class that count tokens under a name that nobody here knows. */
    private static final ClassValue<List<String>> OTHERS = new ClassValue<>() {
        @Override
        protected List<String> computeValue(Class<?> type) {
            return Stream.of(type.getMethods())
                    .filter(Usages::countsTokens)
                    .map(Method::getName)
                    .filter(name -> !KNOWN.contains(name))
                    .distinct()
                    .toList();
        }
    };

    private Usages() {}

    /**
     * The usage, or null if it is missing or impossible.
     *
     * @param request what it is of: it bounds what no count names
     */
    static @Nullable TokenUsage of(dev.langchain4j.model.output.@Nullable TokenUsage usage, ModelRequest request) {
        if (usage == null || !isKnown(usage)) {
            return null;
        }
        long readBeside = count(usage, CACHE_READ_BESIDE_INPUT);
        long writtenBeside = sum(usage, CACHE_WRITES_BESIDE_INPUT);
        long input = count(usage.inputTokenCount()) + readBeside + writtenBeside;
        long cached = readBeside
                + count(usage, CACHE_READ_IN_INPUT)
                + count(count(usage, "inputTokensDetails", "cachedTokens"));
        long written = writtenBeside + count(count(usage, "inputTokensDetails", "cacheWriteTokens"));
        long reasoning = count(count(usage, "outputTokensDetails", "reasoningTokens"));
        long thoughts = count(usage, THOUGHTS_BESIDE_OUTPUT);
        long output = count(usage.outputTokenCount()) + thoughts;
        long total = usage.totalTokenCount() == null ? 0 : usage.totalTokenCount();
        boolean isNamed = usage.inputTokenCount() != null && usage.outputTokenCount() != null;
        return reading(
                request,
                isNamed,
                withParts(input, cached, written, agreed(input, output, reasoning, total), reasoning + thoughts),
                withParts(input, cached, written, output(usage, thoughts), reasoning + thoughts));
    }

    /** What a server with OpenAI's chat interface counted, in its own words; null if it is impossible. */
    static @Nullable TokenUsage ofChat(Json.Obj usage, ModelRequest request) {
        long input = told(usage, "prompt_tokens");
        long completion = told(usage, "completion_tokens");
        long total = told(usage, "total_tokens");
        long cached = told(usage, "prompt_tokens_details", "cached_tokens");
        long written = told(usage, "prompt_tokens_details", "cache_write_tokens");
        long reasoning = told(usage, "completion_tokens_details", "reasoning_tokens");
        boolean isNamed = usage.at("completion_tokens").orElse(Json.Null.NULL) instanceof Json.Num;
        return reading(
                request,
                isNamed,
                withParts(input, cached, written, agreed(input, completion, reasoning, total), reasoning),
                withParts(input, cached, written, Math.max(completion, total - input), reasoning));
    }

    /** The output with the reasoning that the total agrees to have beside it. */
    private static long agreed(long input, long output, long reasoning, long total) {
        return total > 0 && total == input + output + reasoning ? output + reasoning : output;
    }

    /** The largest reading that the request allows; none if it does not allow a count that was not named by itself. */
    private static @Nullable TokenUsage reading(
            ModelRequest request, boolean isNamed, @Nullable TokenUsage named, @Nullable TokenUsage largest) {
        return named == null || largest == null
                ? largest
                : request.reading(named, largest)
                        .filter(reading -> isNamed || reading.equals(largest))
                        .orElse(null);
    }

    private static long told(Json.Obj usage, String... path) {
        return usage.at(path).orElse(Json.Null.NULL) instanceof Json.Num(BigDecimal number) ? number.longValue() : 0;
    }

    /** A part that is larger than its whole was counted beside it. */
    private static @Nullable TokenUsage withParts(long input, long cached, long written, long output, long reasoning) {
        long wholeInput = cached + written > input ? input + cached + written : input;
        long wholeOutput = reasoning > output ? output + reasoning : output;
        try {
            return new TokenUsage(wholeInput, cached, written, wholeOutput, reasoning);
        } catch (IllegalArgumentException impossible) {
            return null;
        }
    }

    /** Gemini leaves out counts that are zero, such as the output while it thinks; then the total bounds the cost. */
    private static boolean isKnown(dev.langchain4j.model.output.TokenUsage usage) {
        boolean whole = usage.inputTokenCount() != null && usage.outputTokenCount() != null;
        // others leave out what they do not know, and LangChain4j then takes the other one as the total
        return whole || (usage.totalTokenCount() != null && Members.has(usage, THOUGHTS_BESIDE_OUTPUT));
    }

    /** Gemini counts its thoughts beside the output, and what its tools read in the total alone. */
    private static long output(dev.langchain4j.model.output.TokenUsage usage, long thoughts) {
        long output = count(usage.outputTokenCount()) + thoughts;
        Integer total = usage.totalTokenCount();
        long inTotal = total == null ? output : total - count(usage.inputTokenCount());
        return Math.max(output, inTotal) + others(usage);
    }

    /** A count below zero says that a module does not know. */
    private static long others(dev.langchain4j.model.output.TokenUsage usage) {
        return OTHERS.get(usage.getClass()).stream()
                .mapToLong(method -> Math.max(0, count(usage, method)))
                .sum();
    }

    private static boolean countsTokens(Method method) {
        return method.getParameterCount() == 0
                && !Modifier.isStatic(method.getModifiers())
                && WHOLE_NUMBERS.contains(method.getReturnType())
                && method.getName().toLowerCase(Locale.ROOT).contains("token");
    }

    private static long sum(Object owner, List<String> methods) {
        return methods.stream().mapToLong(method -> count(owner, method)).sum();
    }

    private static long count(Object owner, String method) {
        return count(Members.call(owner, method));
    }

    private static @Nullable Object count(Object owner, String details, String method) {
        Object found = Members.call(owner, details);
        return found == null ? null : Members.call(found, method);
    }

    private static long count(@Nullable Object value) {
        return value instanceof Number number ? number.longValue() : 0;
    }
}
