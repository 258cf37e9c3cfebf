// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

/** The reason why a model stopped. */
public enum Finish {
    /** The answer is complete. */
    COMPLETE,
    /** It requests tool calls; {@link ModelReply#toolCalls()} is not empty. */
    TOOL_CALLS,
    /** It reached {@code maxOutputTokens}; the text is incomplete and must not be parsed. */
    TRUNCATED,
    /** It refused; the text is its explanation. */
    REFUSED,
    /** The provider's content filter stopped it. */
    FILTERED
}
