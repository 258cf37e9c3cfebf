// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

/** A listener for the text of an answer while a model writes it. */
@FunctionalInterface
public interface AnswerListener {
    /**
     * Called on the thread of the merge, one piece at a time. The reply is read no further until it returns, so it must not
     * block. What it throws, errors included, is logged once and changes nothing.
     */
    void on(AnswerText text);
}
