// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import dev.cadre.model.ModelException;
import dev.cadre.model.ModelRequest;
import dev.langchain4j.model.ModelProvider;
import org.jspecify.annotations.Nullable;

/**
 * Refuses models that lose their own reasoning: Gemini and Claude must be given it back with the results of their tools,
 * or they refuse the next turn, and LangChain4j drops it unless it is told otherwise. A model whose switches cannot be
 * read, such as one behind a wrapper, is let pass.
 */
final class Reasoning {
    private final LangChain4jModel model;

    private Reasoning(LangChain4jModel model) {
        this.model = model;
    }

    static void requireKept(LangChain4jModel model, ModelRequest request) {
        var reasoning = new Reasoning(model);
        if (model.provider() == ModelProvider.GOOGLE_AI_GEMINI) {
            reasoning.requireKeptByGemini(!request.tools().isEmpty());
        } else if (model.provider() == ModelProvider.ANTHROPIC
                && !request.tools().isEmpty()) {
            reasoning.requireKeptByClaude();
        }
    }

    private void requireKeptByGemini(boolean usesTools) {
        @Nullable Object returned = Members.field(model.model(), "returnThinking");
        @Nullable Object sent = Members.field(model.model(), "sendThinking");
        if (usesTools && sent instanceof Boolean sends && !(sends && Boolean.TRUE.equals(returned))) {
            throw refusal("Gemini's tools need returnThinking(true) and sendThinking(true) on the LangChain4j model:"
                    + " without the thought signatures Gemini refuses the turn after a tool call");
        }
        @Nullable Object thinking = Members.field(model.model(), "thinkingConfig");
        if (returned == null && thinking != null && Boolean.TRUE.equals(Members.call(thinking, "includeThoughts"))) {
            throw refusal("Gemini's thoughts need returnThinking(true) on the LangChain4j model:"
                    + " LangChain4j puts them into the answer otherwise");
        }
    }

    private void requireKeptByClaude() {
        boolean thinks =
                Members.call(model.defaults(), "thinkingType") instanceof String type && !type.equals("disabled");
        boolean returned = Boolean.TRUE.equals(Members.call(model.defaults(), "returnThinking"));
        // unlike Gemini's, it sends them unless it is told not to
        boolean sent = !Boolean.FALSE.equals(Members.call(model.defaults(), "sendThinking"));
        if (thinks && !(returned && sent)) {
            throw refusal("the tools of a Claude that thinks need returnThinking(true) and sendThinking(true) on the"
                    + " LangChain4j model: without its thinking Claude refuses the turn after a tool call");
        }
    }

    private static ModelException refusal(String message) {
        return new ModelException.InvalidRequest(message, 0);
    }
}
