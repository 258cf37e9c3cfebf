// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

import java.time.LocalDate;

/** Thrown if a model is not called because the provider has shut it down. */
public final class ModelShutDownException extends RuntimeException {
    /** @param day the first day without the model */
    public ModelShutDownException(String model, LocalDate day) {
        super("model '%s' was shut down on %s; bind another to its tier".formatted(model, day));
    }
}
