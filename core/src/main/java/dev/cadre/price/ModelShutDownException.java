// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

import java.time.LocalDate;

/** The provider has switched a model off: it is not called. */
public final class ModelShutDownException extends RuntimeException {
    /** @param day since when */
    public ModelShutDownException(String model, LocalDate day) {
        super("model '%s' was shut down on %s; bind another to its tier".formatted(model, day));
    }
}
