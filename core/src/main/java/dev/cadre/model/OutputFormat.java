// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

/** The required shape of the model's text. */
public sealed interface OutputFormat {
    /** Free text. */
    record Text() implements OutputFormat {}

    /**
     * JSON of a strict schema. The provider is asked to enforce the schema, and the caller checks the text anyway.
     *
     * @param name letters, digits, {@code _} and {@code -}, at most 64 characters
     * @param schema the schema, as JSON text
     * @param isExplained whether the instructions already say what the JSON must look like; if not, a client says it
     *     there where a server does not show the schema to the model
     */
    record JsonSchema(String name, String schema, boolean isExplained) implements OutputFormat {
        /** A schema that the instructions do not explain. */
        public JsonSchema(String name, String schema) {
            this(name, schema, false);
        }
    }
}
