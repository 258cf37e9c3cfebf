// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import dev.cadre.model.ServiceTier;

/**
 * The processing class that a reply says it was served in. It is booked at the dearer of that and the one asked for.
 *
 * @param tier the class; where the reply names none of ours, the one that was asked for
 * @param isPriced whether anybody knows what it costs: of one class nobody does
 */
record BilledTier(ServiceTier tier, boolean isPriced) {
    static BilledTier of(String named, ServiceTier asked) {
        return switch (named) {
            case "default" -> new BilledTier(ServiceTier.STANDARD, true);
            case "flex" -> new BilledTier(ServiceTier.FLEX, true);
            case "priority", "fast" -> new BilledTier(ServiceTier.PRIORITY, true);
            case "ultrafast" -> new BilledTier(ServiceTier.PRIORITY, false);
            default -> new BilledTier(asked, true);
        };
    }
}
