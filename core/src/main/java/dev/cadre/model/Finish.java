// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

/** Why a model stopped. */
public enum Finish {
    /** It said all it wanted to say. */
    COMPLETE,
    /** It wants functions called; {@link ModelReply#toolCalls()} is not empty. */
    TOOL_CALLS,
    /** It ran into {@code maxOutputTokens}; the text is incomplete and must not be parsed. */
    TRUNCATED,
    /** It declined; the text is its explanation. */
    REFUSED,
    /** The provider's content filter stopped it. */
    FILTERED
}
