// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import dev.cadre.model.Attachment;
import dev.cadre.redact.Redactor;
import java.time.Duration;
import java.util.List;

/** How one call of a tool ended. Carries no compatibility promise. */
public sealed interface ToolEnd {
    /** With a text for the model, and perhaps something to look at. */
    record Returned(String text, List<Attachment> attachments) implements ToolEnd {
        public Returned {
            attachments = List.copyOf(attachments);
        }

        public Returned(String text) {
            this(text, List.of());
        }
    }

    /** With a reason that is meant for the model. */
    record Declined(String message) implements ToolEnd {
        public Declined {
            message = Redactor.SHAPES.clean(message);
        }
    }

    /** With a refusal that the rung must not go on after. */
    record NotApproved(String message) implements ToolEnd {}

    /** With an exception that the model does not read. */
    record Broke(Throwable thrown) implements ToolEnd {}

    /** Not within its time. */
    record TimedOut(Duration timeout) implements ToolEnd {}
}
