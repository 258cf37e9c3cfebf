// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

/** Thrown if the catalogue has no price for a model. It is not called, because its cost cannot be bounded. */
public final class UnpricedModelException extends UnpricedException {

    private final String model;

    UnpricedModelException(String model) {
        this(
                model,
                "no price for model '%s' in the catalogue".formatted(model),
                ", or read a price file with ModelCatalog.parse");
    }

    UnpricedModelException(String model, SkippedModel entry) {
        this(
                model,
                "no price for model '%s' in the catalogue: the price file's entry '%s' was skipped, because %s"
                        .formatted(model, entry.id(), entry.reason()),
                "");
    }

    private UnpricedModelException(String model, String why, String otherWay) {
        super("""
                %s, so it cannot be called within a budget; add one with \
                catalog.with(ModelSpec.of("%s", Price.perMillionTokens(input, cachedInput, output)))%s""".formatted(why, model, otherWay));
        this.model = model;
    }

    /** The id without a price. */
    public String model() {
        return model;
    }
}
