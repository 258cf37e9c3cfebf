// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

/** Which of the provider's ways to ask for an answer a server is spoken to in. */
enum Api {
    RESPONSES("max_output_tokens"),
    CHAT_COMPLETIONS("max_completion_tokens"),
    /** For servers that know the older name of the cap only. */
    CHAT_COMPLETIONS_MAX_TOKENS("max_tokens");

    private final String capField;

    Api(String capField) {
        this.capField = capField;
    }

    /** The field that caps the output. */
    String capField() {
        return capField;
    }
}
