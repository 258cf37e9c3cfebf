// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

/**
 * A component of a record in JSON.
 *
 * @param name the key in JSON
 * @param description for the model, empty if there is none
 */
public record JsonComponent(String name, JsonType<?> type, String description) {}
