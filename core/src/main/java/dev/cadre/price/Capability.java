// SPDX-License-Identifier: Apache-2.0
package dev.cadre.price;

/** An ability of a model beyond reading and writing text. */
public enum Capability {
    /** Asks for functions to be called. */
    TOOLS("supports_function_calling"),
    /** Answers in a given JSON schema. */
    JSON_SCHEMA("supports_response_schema"),
    /** Reasons before it answers. */
    REASONING("supports_reasoning"),
    /** Charges less for a prompt that it has read before. */
    PROMPT_CACHING("supports_prompt_caching"),
    /** Caches only the marked parts of a prompt, and charges for writing them. */
    PROMPT_CACHE_BREAKPOINTS("supports_prompt_cache_breakpoints"),
    /** Reads images. */
    VISION("supports_vision"),
    /** Takes a temperature; one that reasons does so at {@link dev.cadre.model.Effort#NONE} only. */
    TEMPERATURE("supports_temperature"),
    /** Takes a {@code top_p}, also beside a temperature; one that reasons does so at {@code NONE} only. */
    TOP_P("supports_top_p"),
    /** Operates a screen. */
    COMPUTER_USE("supports_computer_use");

    private final String field;

    Capability(String field) {
        this.field = field;
    }

    /** The boolean field of a price file that states it. */
    String field() {
        return field;
    }
}
