// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

/**
 * A model of a price file that cannot be priced.
 *
 * @param reason the reason, for people; cut after {@value #MAX_REASON_CHARS} characters
 */
public record SkippedModel(String id, String reason) {
    private static final int MAX_REASON_CHARS = 300;

    public SkippedModel {
        reason = reason.substring(0, Math.min(reason.length(), MAX_REASON_CHARS));
    }
}
