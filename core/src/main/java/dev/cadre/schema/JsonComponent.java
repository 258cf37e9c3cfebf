// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

/**
 * One component of a record, as it appears in JSON.
 *
 * @param name in JSON
 * @param description for the model, empty if there is none
 */
public record JsonComponent(String name, JsonType<?> type, String description) {}
