// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.RateLimited;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.PromptCaching;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.Verbosity;
import dev.cadre.price.Money;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a pool for requests that leave them open. Immutable.
 *
 * @param fallsBack whether a call for which flex processing has no capacity is retried as an ordinary call
 * @param promptCaching the kind that suits the model
 * @param timeout the time limit of one attempt; null for the default of the service tier
 */
record RequestDefaults(
        ServiceTier serviceTier,
        boolean fallsBack,
        Verbosity verbosity,
        String safetyIdentifier,
        PromptCaching promptCaching,
        @Nullable Duration timeout) {
    static final RequestDefaults NONE =
            new RequestDefaults(ServiceTier.STANDARD, false, Verbosity.STANDARD, "", PromptCaching.AUTOMATIC, null);

    private static final Duration TIMEOUT = Duration.ofMinutes(10);
    /** Flex processing waits for idle machines. */
    private static final Duration FLEX_TIMEOUT = Duration.ofMinutes(15);

    ModelRequest fill(ModelRequest request) {
        var options = request.options();
        if (options.verbosity() == Verbosity.STANDARD) {
            options = options.withVerbosity(verbosity);
        }
        if (options.safetyIdentifier().isEmpty()) {
            options = options.withSafetyIdentifier(safetyIdentifier);
        }
        if (options.promptCaching() == PromptCaching.AUTOMATIC) {
            options = options.withPromptCaching(promptCaching);
        }
        var tier = request.serviceTier() == ServiceTier.STANDARD ? serviceTier : request.serviceTier();
        return request.withServiceTier(tier).withOptions(options);
    }

    /** The highest cost of a filled request, in any tier in which it may be served. */
    Money worstCase(ModelRequest request, long inputTokens, CostCalculator costs) {
        Money asked = costs.worstCase(request, inputTokens);
        return mayFallBack(request)
                ? asked.atLeast(costs.worstCase(request.withServiceTier(ServiceTier.STANDARD), inputTokens))
                : asked;
    }

    /** The request in the last tier in which it may be served: it may be longer there. */
    ModelRequest last(ModelRequest request) {
        return mayFallBack(request) ? request.withServiceTier(ServiceTier.STANDARD) : request;
    }

    /**
     * The request for the retry after a failure: in ordinary service if flex processing had no capacity, else the same.
     */
    ModelRequest after(ModelException failure, ModelRequest request) {
        boolean noRoom = failure instanceof RateLimited limited && limited.reason() == RateLimited.Cause.NO_CAPACITY;
        return noRoom && mayFallBack(request) ? request.withServiceTier(ServiceTier.STANDARD) : request;
    }

    private boolean mayFallBack(ModelRequest request) {
        return fallsBack && request.serviceTier() == ServiceTier.FLEX;
    }

    Duration timeout(ModelRequest request) {
        if (timeout != null) {
            return timeout;
        }
        return request.serviceTier() == ServiceTier.FLEX ? FLEX_TIMEOUT : TIMEOUT;
    }
}
