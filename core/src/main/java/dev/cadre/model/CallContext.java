// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * The context of one call.
 *
 * @param purpose what the call is for
 * @param timeout the time limit of the whole exchange, body included
 * @param text receives pieces of the reply's text while it is written, on the calling thread; a client that cannot
 *     stream never calls it
 */
public record CallContext(CallPurpose purpose, Duration timeout, Consumer<String> text) {
    public CallContext {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("the timeout of a call must be positive, not " + timeout);
        }
    }

    /** A context that ignores streamed text. */
    public static CallContext of(CallPurpose purpose, Duration timeout) {
        return new CallContext(purpose, timeout, Ignore.TEXT);
    }

    /** Whether the text is wanted while it is written; otherwise a client need not stream. */
    public boolean wantsText() {
        return !(text instanceof Ignore);
    }

    private enum Ignore implements Consumer<String> {
        TEXT;

        @Override
        public void accept(String piece) {}
    }
}
