// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

import java.time.LocalDate;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is known about a model: data, with its source and date.
 *
 * @param id the provider's id without a date, such as {@code gpt-5.4-nano}
 * @param provider who serves it, such as {@code openai}; empty if not said
 * @param price what its tokens cost
 * @param contextTokens input and output together; {@link #UNKNOWN} if not said
 * @param maxInputTokens the longest input; {@link #UNKNOWN} if not said
 * @param maxOutputTokens the longest output, reasoning included; {@link #UNKNOWN} if not said
 * @param bytesBoundTokens whether its tokenizer never makes more tokens of a text than the text has UTF-8 bytes
 * @param capabilities what it can do
 * @param shutdownDate the first day without it, or null if none is announced
 * @param source where these facts were read; empty if not said
 * @param asOf the day they were read, or null if not said
 */
public record ModelSpec(
        String id,
        String provider,
        Price price,
        long contextTokens,
        long maxInputTokens,
        long maxOutputTokens,
        boolean bytesBoundTokens,
        Set<Capability> capabilities,
        @Nullable LocalDate shutdownDate,
        String source,
        @Nullable LocalDate asOf) {

    /** A limit that is not known, and so never reached. */
    public static final long UNKNOWN = Long.MAX_VALUE;

    public ModelSpec {
        if (id.isBlank()) {
            throw new IllegalArgumentException("the model id is blank");
        }
        if (contextTokens < 1 || maxInputTokens < 1 || maxOutputTokens < 1) {
            throw new IllegalArgumentException("model '%s' with a limit below 1 token: context=%d, input=%d, output=%d"
                    .formatted(id, contextTokens, maxInputTokens, maxOutputTokens));
        }
        var copy = EnumSet.noneOf(Capability.class);
        copy.addAll(capabilities);
        capabilities = Collections.unmodifiableSet(copy);
    }

    /** A model of which the price is known and nothing else: no limits, no capabilities, no bound on its tokens. */
    public static ModelSpec of(String id, Price price) {
        return new ModelSpec(id, "", price, UNKNOWN, UNKNOWN, UNKNOWN, false, Set.of(), null, "", null);
    }

    /** This model at another price. */
    public ModelSpec withPrice(Price price) {
        return new ModelSpec(
                id,
                provider,
                price,
                contextTokens,
                maxInputTokens,
                maxOutputTokens,
                bytesBoundTokens,
                capabilities,
                shutdownDate,
                source,
                asOf);
    }

    /** Whether the model has this capability. */
    public boolean can(Capability capability) {
        return capabilities.contains(capability);
    }

    /** The first day without the model, if one is announced. */
    public Optional<LocalDate> shutdown() {
        return Optional.ofNullable(shutdownDate);
    }
}
