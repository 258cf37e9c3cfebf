// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import dev.cadre.model.Finish;
import dev.cadre.model.ModelException.Billed;
import dev.cadre.model.ModelException.InvalidRequest;
import dev.cadre.model.ModelReply;
import dev.cadre.model.RateLimits;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.TokenUsage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Thrown inside this package if a content filter stopped a call and the provider reported that as an error. Callers see
 * the same end as after a reply that a filter cut: {@link Finish#FILTERED}.
 */
final class ContentFiltered extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String model;
    private final transient @Nullable Billed billed;

    /** @param billed what the provider says it bills; null if it did not say */
    ContentFiltered(String message, String model, @Nullable Billed billed) {
        super(message, null, false, false);
        this.model = model;
        this.billed = billed;
    }

    /** A reply without text; such a call is billed for its prompt at least, and mostly no count of that comes. */
    ModelReply reply() {
        ModelReply reply = billed == null
                ? ended(model, null, ServiceTier.STANDARD)
                : ended(billed.model(), billed.usage(), billed.serviceTier());
        return reply.noting(List.of("the error of a content filter was read as a filtered end"));
    }

    private static ModelReply ended(String model, @Nullable TokenUsage usage, ServiceTier tier) {
        return new ModelReply(model, "", List.of(), Finish.FILTERED, usage, tier, RateLimits.UNKNOWN, "");
    }

    /** The same for a request that asks for no reply of a model. */
    InvalidRequest refusal() {
        return new InvalidRequest(String.valueOf(getMessage()), 400);
    }
}
