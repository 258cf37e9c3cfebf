// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing.worlds;

/** What can befall a world of files; a world draws a few of them. */
enum Mishap {
    // --- the provider and its client
    /** A server error that costs nothing. */
    SERVER_ERROR,
    /** The reply is lost, and billed. */
    LOST_REPLY,
    /** The provider turns a call away for a moment. */
    RATE_LIMIT,
    /** The provider asks for an hour of patience. */
    LONG_PAUSE,
    /** The key is refused. */
    KEY_REFUSED,
    /** The provider refuses a call of the cheapest tier as too long; a pool of a larger context stands behind it. */
    TOO_LONG,
    MALFORMED_REPLY,
    REFUSAL,
    WRONG_SHAPE,
    TRUNCATED,
    USAGE_MISSING,
    USAGE_ABSURD,
    /** The reply names a dearer model, and is billed as such. */
    DEARER_MODEL,
    /** The server counts every byte as a token, and uses the whole cap. */
    GREEDY_SERVER,
    CLIENT_THROWS,
    CLIENT_THROWS_CHECKED,
    CLIENT_THROWS_ERROR,
    CLIENT_RETURNS_NULL,
    /** A reply without limits. */
    LIMITS_NULL,
    /** A call lasts until it is interrupted. */
    HANG,

    // --- the user's own code
    CODE_THROWS,
    CODE_THROWS_CHECKED,
    CODE_THROWS_ERROR,
    CODE_RETURNS_NULL,
    RULE_THROWS,
    EDGE_THROWS,
    EDGE_THROWS_ERROR,
    EDGE_RETURNS_NULL,
    TOOL_THROWS,
    LISTENER_THROWS,
    LISTENER_THROWS_ERROR,
    PLANNER_THROWS,
    MERGER_THROWS,
    MERGER_RETURNS_NULL,
    EACH_THROWS,
    STREAM_THROWS,
    /** Two inputs of a bulk share a key. */
    KEY_SHARED,
    /** The answer to a call for several items of a bulk lacks one, has one twice, or one that nobody asked for. */
    PACK_MIXED_UP,
    /** An input comes once an earlier one has ended. */
    DEPENDENT_STREAM,

    // --- time and money
    CANCEL,
    SHORT_BUDGET,
    SHORT_TENANT,
    /** A tier costs nothing. */
    FREE_MODEL,

    /** Code spends by itself, from the budget of its run. */
    CODE_SPENDS,

    // --- between two sessions
    KILL,
    TORN_LINE,
    DAMAGE,
    /** Maps are written in another order, as in another process. */
    OTHER_ORDER,
    NEW_INSTRUCTIONS,
    OTHER_MODEL,
    /** A stricter record with the same schema. */
    STRICTER_OUTPUT,
    /** A second owner of the journal runs the same while the first one does. */
    TWO_OWNERS
}
