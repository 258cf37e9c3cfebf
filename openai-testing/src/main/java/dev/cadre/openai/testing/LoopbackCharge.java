// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.testing;

import dev.cadre.model.ServiceTier;
import dev.cadre.model.TokenUsage;
import dev.cadre.price.ModelCatalog;
import dev.cadre.price.Money;

/**
 * One entry of the loopback server's bill.
 *
 * @param model the model that answered
 * @param tier the processing class that the reply named; {@link ServiceTier#BATCH} for a line of a batch
 * @param usage the tokens, cached ones included
 */
public record LoopbackCharge(String model, ServiceTier tier, TokenUsage usage) {
    /**
     * What the catalogue asks for it.
     *
     * @throws dev.cadre.price.UnpricedException.OfModel if the catalogue does not have the model
     * @throws dev.cadre.price.UnpricedException if the model is not offered in the tier
     */
    public Money cost(ModelCatalog catalog) {
        return catalog.spec(model).price().cost(usage, tier);
    }
}
