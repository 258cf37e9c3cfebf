// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.model.ProviderTool;
import dev.cadre.price.ModelCatalog;
import dev.cadre.price.ModelSpec;
import dev.cadre.price.Price;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The prices of a pool's model: the catalogue, and the settings that override it. Used by one thread. */
final class PriceSettings {
    private final String model;
    final Map<ProviderTool.Kind, Price.OfTool> toolPrices = new EnumMap<>(ProviderTool.Kind.class);
    ModelCatalog catalog = ModelCatalog.standard();

    @Nullable
    Price price;

    int surchargePercent;

    PriceSettings(String model) {
        this.model = model;
    }

    /**
     * The calculator for these prices.
     *
     * @throws dev.cadre.price.UnpricedException.OfModel if no price was given and the catalogue does not have the model
     */
    CostCalculator costs() {
        ModelSpec spec = price == null ? catalog.spec(model) : priced(price);
        if (surchargePercent != 0) {
            spec = spec.withPrice(spec.price().withSurcharge(surchargePercent));
        }
        for (var tool : toolPrices.entrySet()) {
            spec = spec.withToolPrice(tool.getKey(), tool.getValue());
        }
        if (price != null) {
            // the given price counts, whichever model a reply names
            return new CostCalculator(spec, model, ModelCatalog.of(List.of(spec)));
        }
        boolean isListed = spec.equals(catalog.find(model).orElse(null));
        return new CostCalculator(spec, model, isListed ? catalog : catalog.with(spec));
    }

    private ModelSpec priced(Price own) {
        return catalog.find(model).map(spec -> spec.withPrice(own)).orElseGet(() -> ModelSpec.of(model, own));
    }
}
