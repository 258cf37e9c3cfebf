// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

/** What shape the model's text must have. */
public sealed interface OutputFormat {
    /** Free text. */
    record Text() implements OutputFormat {}

    /**
     * JSON that obeys a strict schema; the provider is asked to enforce it and the caller checks it all the same.
     *
     * @param name letters, digits, {@code _} and {@code -}, at most 64 characters
     * @param schema the schema, as JSON text
     */
    record JsonSchema(String name, String schema) implements OutputFormat {}
}
