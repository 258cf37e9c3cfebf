// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.openai.OpenAiChatRequestParameters;

/** The parameters of LangChain4j's module for OpenAI, which is on the class path only if a model of it is used. */
final class OpenAiParameters {
    private static final String TYPE = "dev.langchain4j.model.openai.OpenAiChatRequestParameters";

    private OpenAiParameters() {}

    /**
     * Whether the model takes the newer name of the cap, {@code max_completion_tokens}, which OpenAI's models that reason
     * insist on. A server that knows the older name only is told apart by its model, which has {@code maxTokens} set.
     */
    static boolean takeCompletionCap(ChatRequestParameters defaults) {
        return defaults.getClass().getName().equals(TYPE) && defaults.maxOutputTokens() == null;
    }

    static ChatRequestParameters withCompletionCap(ChatRequestParameters common, int cap) {
        return OpenAiChatRequestParameters.builder()
                .overrideWith(common)
                .maxCompletionTokens(cap)
                .build();
    }
}
