// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.mcp;

import dev.cadre.json.Json;

/**
 * What a tool answers.
 *
 * @param text the answer for people, and for models whose client shows text only
 * @param content the answer as data; an object without fields if there is none
 */
public record ToolAnswer(String text, Json.Obj content, Kind kind) {

    /** Whether the call did what was asked for. */
    public enum Kind {
        DONE,
        FAILED
    }

    /** The answer of a call that did what was asked for. */
    public static ToolAnswer done(String text, Json.Obj content) {
        return new ToolAnswer(text, content, Kind.DONE);
    }

    /** The answer of a call that failed; the text says why. */
    public static ToolAnswer failed(String text, Json.Obj content) {
        return new ToolAnswer(text, content, Kind.FAILED);
    }

    /** The answer of a call that was not begun; the text says why, and what may be called instead. */
    public static ToolAnswer refused(String text) {
        return failed(text, Json.obj());
    }
}
