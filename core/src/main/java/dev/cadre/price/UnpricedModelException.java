// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

/** The catalogue has no price for a model: it is not called, because its cost could not be bounded. */
public final class UnpricedModelException extends UnpricedException {

    private final String model;

    UnpricedModelException(String model) {
        super("""
                no price for model '%s' in the catalogue, so it cannot be called within a budget; add one with \
                catalog.with(ModelSpec.of("%s", Price.perMillionTokens(input, cachedInput, output))), or read a price \
                file with ModelCatalog.parse""".formatted(model, model));
        this.model = model;
    }

    /** The id without a price. */
    public String model() {
        return model;
    }
}
