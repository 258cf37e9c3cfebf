// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

import java.util.OptionalDouble;

/**
 * The parameters by which a model draws its tokens: {@code temperature} and {@code top_p}. Immutable.
 *
 * <p>There is no seed: neither the Responses API nor LangChain4j's common parameters have one.
 *
 * @param temperature from 0 to 2, higher for more varied answers; empty for the provider's default, which is 1 at OpenAI.
 *     Claude takes at most 1 and refuses more
 * @param topP the share of the most probable tokens that are drawn from, from 0 to 1; empty for the provider's default
 */
public record Sampling(OptionalDouble temperature, OptionalDouble topP) {
    /** The provider's defaults; nothing is sent. */
    public static final Sampling DEFAULT = new Sampling(OptionalDouble.empty(), OptionalDouble.empty());

    private static final double MAX_TEMPERATURE = 2;
    private static final double MAX_TOP_P = 1;

    public Sampling {
        requireWithin("temperature", temperature, MAX_TEMPERATURE);
        requireWithin("top_p", topP, MAX_TOP_P);
    }

    /** A temperature alone. */
    public static Sampling ofTemperature(double temperature) {
        return DEFAULT.withTemperature(temperature);
    }

    /** A {@code top_p} alone. */
    public static Sampling ofTopP(double topP) {
        return DEFAULT.withTopP(topP);
    }

    /** This sampling at another temperature. */
    public Sampling withTemperature(double temperature) {
        return new Sampling(OptionalDouble.of(temperature), topP);
    }

    /** This sampling with another {@code top_p}; providers advise to set one of the two alone. */
    public Sampling withTopP(double topP) {
        return new Sampling(temperature, OptionalDouble.of(topP));
    }

    private static void requireWithin(String name, OptionalDouble value, double most) {
        // written so that it refuses what is no number, too
        if (value.isPresent() && !(value.getAsDouble() >= 0 && value.getAsDouble() <= most)) {
            throw new IllegalArgumentException(
                    "%s must be from 0 to %s, not %s".formatted(name, (long) most, value.getAsDouble()));
        }
    }
}
