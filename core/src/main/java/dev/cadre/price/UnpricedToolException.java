// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

import dev.cadre.model.ProviderTool;

/** Thrown if a tool at the provider has no known price. Nothing was sent. */
public final class UnpricedToolException extends UnpricedException {
    private final ProviderTool.Kind kind;

    UnpricedToolException(ProviderTool.Kind kind, String model) {
        super(
                "no price for a call of %s by model '%s'; state it with ModelPool.Builder.toolPrice, or ModelSpec.withToolPrice"
                        .formatted(kind, model));
        this.kind = kind;
    }

    /** The kind of tool without a price. */
    public ProviderTool.Kind kind() {
        return kind;
    }
}
