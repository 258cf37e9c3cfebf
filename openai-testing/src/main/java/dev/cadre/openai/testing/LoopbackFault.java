// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.testing;

/** How the loopback server loses or spoils a reply, which it has billed all the same. */
public enum LoopbackFault {
    /** None: the reply arrives whole. */
    NONE,
    /** Closes the connection without a byte. */
    CLOSE_BEFORE_REPLY,
    /** Resets the connection without a byte. */
    RESET_BEFORE_REPLY,
    /** Never says anything; ends when the client hangs up. */
    STALL_BEFORE_REPLY,
    /** Sends half a header and falls silent. */
    STALL_IN_HEADERS,
    /** Sends half of the body and falls silent. */
    STALL_IN_BODY,
    /** Sends half of the body and resets the connection. */
    RESET_IN_BODY,
    /** Sends half of the body, then closes the connection properly. */
    CLOSE_IN_BODY,
    /** Ends a stream properly, but before its last event. */
    CUT_STREAM,
    /** Sends bytes that are not HTTP. */
    NO_HTTP
}
