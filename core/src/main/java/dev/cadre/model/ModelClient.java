// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

import java.util.Optional;

/** A client of a language model: the only connection out of the process that costs money. */
@FunctionalInterface
public interface ModelClient {
    /**
     * Makes exactly one call and waits for its end. Blocks; spends money.
     *
     * <p>An implementation must be safe for use by many threads, must not retry by itself, must send
     * {@code maxOutputTokens}, must give up after {@link CallContext#timeout()}, and must close the exchange and throw
     * {@link InterruptedException} when its thread is interrupted. The key it uses appears in no message.
     *
     * @throws ModelException if there is no usable reply; it states what is known about the cost
     * @throws InterruptedException if the calling thread was interrupted; the call may be billed all the same
     */
    ModelReply call(ModelRequest request, CallContext context) throws InterruptedException;

    /**
     * The most bytes that this client sends for a request, without the content of images and files: texts, names,
     * schemas and all the JSON around them, since a model may make a token of each byte. The reservation of a call
     * rests on it. Default: the bytes of its {@linkplain ModelRequest#inputBytes texts} with an allowance for each
     * part.
     *
     * <p>The method must not block: the thread that drives a run calls it too. An exception, a negative number, or a
     * number beyond a terabyte fails the call with a {@link dev.cadre.price.UnpricedException.OfSize}, before anything is
     * sent.
     */
    default long sentBytes(ModelRequest request) {
        return request.inputBytes();
    }

    /**
     * A text without the keys of this client, however it came to hold them: a server may put the key that it was sent into its
     * reply. The messages of failures, events and logs of a run are passed through it, with the names and notes of replies;
     * answers are not. The default returns the text as it is: a client with a key masks it, and one that passes calls on to
     * another lets that one mask. Safe for use by many threads; must not block. If it throws, nothing is said of the text.
     */
    default String masked(String text) {
        return text;
    }

    /** The batch client of the same provider, which costs less; empty by default. */
    default Optional<BatchClient> batches() {
        return Optional.empty();
    }
}
