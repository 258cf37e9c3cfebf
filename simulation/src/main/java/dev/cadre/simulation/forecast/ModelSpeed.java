// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.forecast;

import dev.cadre.model.Tier;

/**
 * How fast a model writes.
 *
 * @param firstTokenSeconds the time until it begins
 * @param tokensPerSecond output tokens per second from then on
 */
public record ModelSpeed(Spread firstTokenSeconds, double tokensPerSecond) {
    private static final Spread USUAL_WAIT = Spread.logNormal(0.6, 0.5);

    public ModelSpeed {
        if (!(tokensPerSecond > 0) || Double.isInfinite(tokensPerSecond)) {
            throw new IllegalArgumentException("tokensPerSecond must be above 0, not " + tokensPerSecond);
        }
    }

    /**
     * The speed of a tier's model in the standard catalogue: 208 tokens per second for nano and 273 for mini, as published
     * at their launch; 80 for the flagship, and a wait of 0.6 s in the median (log-normal, sigma 0.5) for all, which are
     * assumptions.
     */
    public static ModelSpeed standard(Tier tier) {
        return switch (tier) {
            case NANO -> new ModelSpeed(USUAL_WAIT, 208);
            case MINI -> new ModelSpeed(USUAL_WAIT, 273);
            case FLAGSHIP -> new ModelSpeed(USUAL_WAIT, 80);
        };
    }
}
