// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

/**
 * A model that stands in a price file and was not taken from it.
 *
 * @param reason why, in words for people; cut after {@value #MAX_REASON_CHARS} characters
 */
public record SkippedModel(String id, String reason) {
    private static final int MAX_REASON_CHARS = 300;

    public SkippedModel {
        reason = reason.substring(0, Math.min(reason.length(), MAX_REASON_CHARS));
    }
}
