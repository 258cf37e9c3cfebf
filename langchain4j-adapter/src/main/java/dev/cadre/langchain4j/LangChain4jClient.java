// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import dev.cadre.model.CallContext;
import dev.cadre.model.ModelClient;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.langchain4j.exception.ContentFilteredException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;

/** Calls a {@link ChatModel}; two of the same model are equal, because they share its key. */
record LangChain4jClient(ChatModel model) implements ModelClient {
    @Override
    public ModelReply call(ModelRequest request, CallContext context) throws InterruptedException {
        ChatRequest chat = ChatRequests.of(request, model);
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted before the call was sent");
        }
        try {
            // chat, not doChat: it merges the model's own parameters and tells its listeners
            return Replies.of(model.chat(chat), request, chat.modelName());
        } catch (ContentFilteredException filtered) {
            return Replies.filtered(chat.modelName());
        } catch (Exception failure) {
            Interrupts.throwIfIn(failure);
            throw Failures.of(failure);
        }
    }

    /** The key is in the model: its text is nobody's business. */
    @Override
    public String toString() {
        return "LangChain4jClient[" + model.getClass().getName() + "]";
    }
}
