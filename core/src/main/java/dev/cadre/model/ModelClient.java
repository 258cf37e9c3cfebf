// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

import java.util.Optional;

/** Calls a language model: the only way out of the process that costs money. */
@FunctionalInterface
public interface ModelClient {
    /**
     * Makes exactly one call and waits for its end. Blocks; spends money.
     *
     * <p>An implementation must be safe for use by many threads, must not retry by itself, must send
     * {@code maxOutputTokens}, must give up after {@link CallContext#timeout()}, and must close the exchange and throw
     * {@link InterruptedException} when its thread is interrupted. The key it uses appears in no message.
     *
     * @throws ModelException if there is no usable reply; it says what is known about the money
     * @throws InterruptedException if the calling thread was interrupted; the call may be billed all the same
     */
    ModelReply call(ModelRequest request, CallContext context) throws InterruptedException;

    /**
     * The most bytes that this client sends of a request, the content of pictures and files apart: names, schemas and all
     * the JSON around them, since a model may make a token of each. What is reserved for a call rests on it. Default: its
     * {@linkplain ModelRequest#inputBytes texts} with an allowance for each part.
     *
     * <p>It counts and must not block: it is called on the thread that drives a run, too. What it throws, a negative count
     * and one beyond a terabyte fail the call, before anything is sent, with a {@link
     * dev.cadre.price.UnpricedSizeException}.
     */
    default long sentBytes(ModelRequest request) {
        return request.inputBytes();
    }

    /** How the same provider takes many requests at a time for less money; empty by default. */
    default Optional<BatchClient> batches() {
        return Optional.empty();
    }
}
