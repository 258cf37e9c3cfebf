// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import dev.cadre.model.Finish;
import dev.cadre.model.ModelException.InvalidRequest;
import dev.cadre.model.ModelReply;
import dev.cadre.model.RateLimits;
import dev.cadre.model.ServiceTier;
import java.util.List;

/**
 * Thrown inside this package if a content filter stopped a call and the provider reported that as an error. Callers see
 * the same end as after a reply that a filter cut: {@link Finish#FILTERED}.
 */
final class ContentFiltered extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String model;

    ContentFiltered(String message, String model) {
        super(message, null, false, false);
        this.model = model;
    }

    /** A reply without text and usage: such a call is billed for its prompt, and no count of that comes. */
    ModelReply reply() {
        return new ModelReply(model, "", List.of(), Finish.FILTERED, null, ServiceTier.STANDARD, RateLimits.UNKNOWN, "")
                .noting(List.of("the error of a content filter was read as a filtered end"));
    }

    /** The same for a request that asks for no reply of a model. */
    InvalidRequest refusal() {
        return new InvalidRequest(String.valueOf(getMessage()), 400);
    }
}
