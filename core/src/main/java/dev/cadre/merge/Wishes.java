// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import dev.cadre.pool.CallTerms;
import dev.cadre.redact.FaultLog;
import java.util.List;

/**
 * What the caller wants of the call that makes an answer.
 *
 * @param instructions for the answer; empty if there are none
 * @param listeners for the text of the answer; one at most
 */
record Wishes(String instructions, List<AnswerListener> listeners) {
    static final Wishes NONE = new Wishes("", List.of());

    Wishes instructedBy(String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("the instructions for the answer are blank");
        }
        return new Wishes(text, listeners);
    }

    Wishes streamingTo(AnswerListener listener) {
        return new Wishes(instructions, List.of(new GuardedAnswerListener(listener, new FaultLog())));
    }

    /** The terms of a call, the first or the second one. */
    CallTerms heard(CallTerms terms, int call) {
        return listeners.isEmpty() ? terms : terms.withText(new AnswerStream(listeners.getFirst(), call));
    }

    /** What the answer depends on: who hears of it changes nothing. */
    String identity(String kind) {
        return instructions.isEmpty() ? kind : kind + ", instructed by " + instructions;
    }
}
