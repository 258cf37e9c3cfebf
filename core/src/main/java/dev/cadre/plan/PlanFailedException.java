// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

/** A planner gives up: it has no plan, and asking again will not help. */
public final class PlanFailedException extends RuntimeException {
    /** @param message why, in one line; a model's own words only quoted and cut */
    public PlanFailedException(String message) {
        super(message);
    }
}
