// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/** Which of the provider's ways to ask for an answer a server is spoken to in. */
enum Api {
    RESPONSES("responses", "max_output_tokens"),
    CHAT_COMPLETIONS("chat/completions", "max_completion_tokens"),
    /** For servers that know the older name of the cap only. */
    CHAT_COMPLETIONS_MAX_TOKENS("chat/completions", "max_tokens");

    private final String path;
    private final String capField;

    Api(String path, String capField) {
        this.path = path;
        this.capField = capField;
    }

    /** The API whose form a reply, or an event of one, has; empty if it may be that of either. */
    static Optional<Api> ofReply(JsonNode reply) {
        boolean isChat = reply.path("choices").isContainerNode();
        boolean isResponse = reply.path("output").isArray()
                || reply.path("object").asText("").equals("response")
                || reply.path("type").asText("").startsWith("response.");
        return isChat == isResponse ? Optional.empty() : Optional.of(isChat ? CHAT_COMPLETIONS : RESPONSES);
    }

    /** Where it stands, below the base URL. */
    String path() {
        return path;
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

    /** The same API by the usual name of its cap. */
    Api usual() {
        return this == CHAT_COMPLETIONS_MAX_TOKENS ? CHAT_COMPLETIONS : this;
    }

    /** The other API by the usual name of its cap. */
    Api usualOther() {
        return this == RESPONSES ? CHAT_COMPLETIONS : RESPONSES;
    }
}
