// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import java.util.Optional;

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

    /** The same API with the other name of its cap; empty if it has one name only. */
    Optional<Api> withOtherCap() {
        return switch (this) {
            case RESPONSES -> Optional.empty();
            case CHAT_COMPLETIONS -> Optional.of(CHAT_COMPLETIONS_MAX_TOKENS);
            case CHAT_COMPLETIONS_MAX_TOKENS -> Optional.of(CHAT_COMPLETIONS);
        };
    }
}
