// SPDX-License-Identifier: Apache-2.0
package dev.cadre.probe;

import java.util.Locale;

/** One thing that a {@link ServerProbe} asks of a server, in the order of the enum. */
public enum Check {
    /**
     * The answer has the form of a strict schema that the prompt does not mention. It is the first, because a client may learn
     * from it to use another API, and all the others are asked over the one that runs will use.
     */
    SCHEMA,
    /** A short question is answered with text. */
    TEXT,
    /** The reply reports its tokens, without which every call is booked at its worst case. */
    USAGE,
    /** The model that was asked answers, and it has a price. */
    PRICE,
    /** The answer ends at the cap of its tokens, on which every reservation rests. */
    CAP,
    /** A tool is called, its result is read, and the answer rests on it and has its form: two rounds. */
    TOOLS,
    /** Text comes while it is written. */
    STREAM,
    /** Calls right behind a streamed reply are not lost with its connection. */
    AFTER_STREAM,
    /** A call that is interrupted while its text comes ends at once. */
    CANCEL,
    /** A wrong parameter is refused, not ignored. */
    REFUSAL,
    /** A long input is read whole, not silently cut. The last that asks, because a slow server stays busy with it. */
    LONG_INPUT,
    /** Replies report rate limits. */
    LIMITS;

    /** The word for people and programs. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
