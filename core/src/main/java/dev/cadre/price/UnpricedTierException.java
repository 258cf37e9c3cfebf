// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

import dev.cadre.model.ServiceTier;
import java.util.Set;

/** Thrown if the model is not offered in the requested service tier. There is no price, so nothing was sent. */
public final class UnpricedTierException extends UnpricedException {

    private final ServiceTier tier;

    UnpricedTierException(ServiceTier tier, Set<ServiceTier> offered) {
        super("no price for service tier %s; this model is offered in %s".formatted(tier, offered));
        this.tier = tier;
    }

    /** The tier without a price. */
    public ServiceTier tier() {
        return tier;
    }
}
