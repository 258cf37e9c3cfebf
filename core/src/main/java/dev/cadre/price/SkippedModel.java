// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

/**
 * A model that stands in a price file and was not taken from it.
 *
 * @param reason why, in words for people
 */
public record SkippedModel(String id, String reason) {}
