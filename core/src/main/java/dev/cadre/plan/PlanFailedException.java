// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import dev.cadre.redact.Redactor;

/** A planner gives up: it has no plan, and asking again will not help. */
public final class PlanFailedException extends RuntimeException {
    /** @param message why, in one line; a model's own words only quoted and cut; keys are taken out */
    public PlanFailedException(String message) {
        super(Redactor.SHAPES.clean(message));
    }
}
