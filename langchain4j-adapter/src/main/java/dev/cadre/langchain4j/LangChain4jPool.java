// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import dev.cadre.pool.ModelPool;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;

/**
 * Makes a pool of any LangChain4j {@link ChatModel} or {@link StreamingChatModel}, with its listeners.
 *
 * <p>What LangChain4j leaves to the model is the caller's to configure on it:
 *
 * <ul>
 *   <li><b>No retries of its own</b>, {@code maxRetries(0)}: they would be billed and not counted.
 *   <li><b>A timeout</b>: LangChain4j has none for one request of a model whose reply comes whole. A streamed call is
 *       bounded by its own.
 *   <li><b>The effort</b>, for models that reason: LangChain4j has no word for it, so ours is not sent.
 *   <li><b>The model</b>: its own model name is kept; one that has none is sent the id.
 *   <li><b>Its reasoning</b>, {@code returnThinking(true)} and {@code sendThinking(true)}: Gemini, and Claude when it
 *       thinks, refuse the turn after a tool call without it. A call with tools fails before it is sent if the model
 *       would lose it.
 *   <li><b>The name of the cap</b> at OpenAI: {@code max_completion_tokens} is sent, or {@code max_tokens} if the model
 *       has {@code maxTokens} set.
 * </ul>
 *
 * <p>The cap on output is sent with every request; the budget holds as far as the model obeys it. A model that does not
 * declare JSON schemas among its capabilities is given the schema of the answer as text. Rate limits and service tiers do
 * not exist here: limits are those configured, the service is the standard one. A failed call counts as billed unless it
 * was clearly turned away.
 */
public final class LangChain4jPool {
    private LangChain4jPool() {}

    /**
     * A pool with the defaults.
     *
     * @param modelId the id by which the standard catalogue knows the model and its price
     * @throws dev.cadre.price.UnpricedException.OfModel if it does not
     */
    public static ModelPool of(ChatModel model, String modelId) {
        return builder(model, modelId).build();
    }

    /** A pool whose limits, retries or price are to be set. */
    public static ModelPool.Builder builder(ChatModel model, String modelId) {
        return ModelPool.builder(LangChain4jClient.of(model), modelId);
    }

    /**
     * A pool with the defaults whose model writes its reply in pieces, so that a plan starts while it is written. A call
     * that is cancelled or runs out of time cancels the stream.
     *
     * @param modelId the id by which the standard catalogue knows the model and its price
     * @throws dev.cadre.price.UnpricedException.OfModel if it does not
     */
    public static ModelPool of(StreamingChatModel model, String modelId) {
        return builder(model, modelId).build();
    }

    /** A pool whose model writes its reply in pieces, and whose limits, retries or price are to be set. */
    public static ModelPool.Builder builder(StreamingChatModel model, String modelId) {
        return ModelPool.builder(LangChain4jClient.of(model), modelId);
    }
}
