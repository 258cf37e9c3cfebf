// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import dev.cadre.model.Redactor;
import java.time.Duration;

/** How one call of a tool ended. Carries no compatibility promise. */
public sealed interface ToolEnd {
    /** With a text for the model. */
    record Returned(String text) implements ToolEnd {}

    /** With a reason that is meant for the model. */
    record Declined(String message) implements ToolEnd {
        public Declined {
            message = Redactor.SHAPES.clean(message);
        }
    }

    /** With a failure that is none of the model's business. */
    record Broke() implements ToolEnd {}

    /** Not within its time. */
    record TimedOut(Duration timeout) implements ToolEnd {}
}
