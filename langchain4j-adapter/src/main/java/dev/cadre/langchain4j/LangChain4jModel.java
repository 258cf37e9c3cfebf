// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import dev.cadre.model.CallContext;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.Charge;
import dev.langchain4j.model.ModelProvider;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import java.util.Set;

/** A model of LangChain4j, whose reply comes whole or in pieces. */
sealed interface LangChain4jModel {
    /** Makes one call and waits for its end. */
    Answer chat(ChatRequest request, CallContext context) throws InterruptedException;

    /** The model itself, which the caller made. */
    Object model();

    ChatRequestParameters defaults();

    Set<Capability> capabilities();

    ModelProvider provider();

    /** Its reply comes whole. */
    record Whole(ChatModel model) implements LangChain4jModel {
        @Override
        public Answer chat(ChatRequest request, CallContext context) {
            TimeLimit limit = TimeLimit.begin(context.timeout());
            try {
                // chat, not doChat: it merges the model's own parameters and tells its listeners
                return Answer.of(model.chat(request));
            } catch (RuntimeException failure) {
                if (limit.end()) {
                    throw new ModelException.TimedOut("no whole reply within " + context.timeout(), Charge.UNKNOWN);
                }
                throw failure;
            } finally {
                limit.end();
            }
        }

        @Override
        public ChatRequestParameters defaults() {
            return model.defaultRequestParameters();
        }

        @Override
        public Set<Capability> capabilities() {
            return model.supportedCapabilities();
        }

        @Override
        public ModelProvider provider() {
            return model.provider();
        }
    }

    /** Its reply comes in pieces, which are handed on as they come. */
    record Streamed(StreamingChatModel model) implements LangChain4jModel {
        @Override
        public Answer chat(ChatRequest request, CallContext context) throws InterruptedException {
            var reply = new StreamedReply(context.timeout());
            TimeLimit limit = TimeLimit.begin(context.timeout());
            try {
                model.chat(request, reply); // some write all of their reply before they return
            } catch (RuntimeException failure) {
                if (limit.end()) {
                    throw new ModelException.TimedOut("no whole reply within " + context.timeout(), Charge.UNKNOWN);
                }
                throw failure;
            } finally {
                limit.end();
            }
            return reply.await(context.text());
        }

        @Override
        public ChatRequestParameters defaults() {
            return model.defaultRequestParameters();
        }

        @Override
        public Set<Capability> capabilities() {
            return model.supportedCapabilities();
        }

        @Override
        public ModelProvider provider() {
            return model.provider();
        }
    }
}
