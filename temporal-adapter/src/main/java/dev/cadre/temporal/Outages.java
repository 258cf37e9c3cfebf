// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.model.ModelException;
import dev.cadre.model.RateLimits;
import dev.cadre.worker.RungEnd;
import org.jspecify.annotations.Nullable;

/** Failures of a model that concern every rung of its pool, as they travel: by class and message, without their causes. */
final class Outages {
    private static final int UNAVAILABLE = 503;

    private Outages() {}

    /** What a rung failed of, if all others fail of it, too. */
    static Wire.@Nullable Outage shared(RungEnd.Failed end) {
        return of(end.cause()
                .filter(cause -> cause.reach() == ModelException.Reach.RUN)
                .orElse(null));
    }

    static Wire.@Nullable Outage of(@Nullable ModelException because) {
        return because == null
                ? null
                : new Wire.Outage(because.getClass().getSimpleName(), String.valueOf(because.getMessage()));
    }

    static @Nullable ModelException read(Wire.@Nullable Outage outage) {
        if (outage == null) {
            return null;
        }
        String message = outage.message();
        return switch (outage.type()) {
            case "AuthFailed" -> new ModelException.AuthFailed(message);
            case "QuotaExhausted" -> new ModelException.QuotaExhausted(message);
            case "UnknownModel" -> new ModelException.UnknownModel(message);
            case "DearerModel" -> new ModelException.DearerModel(message);
            case "Unreachable" -> new ModelException.Unreachable(message, null);
            case "RateLimited" -> new ModelException.RateLimited(message, null, RateLimits.UNKNOWN);
            default -> new ModelException.ServerFailed(message, UNAVAILABLE, ModelException.Charge.UNKNOWN, null);
        };
    }
}
