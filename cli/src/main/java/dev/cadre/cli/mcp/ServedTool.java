// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.mcp;

import dev.cadre.json.Json;

/**
 * A tool that clients may call.
 *
 * @param name what a model calls it by
 * @param title what people read
 * @param description what a model is told of it
 * @param input the JSON schema of its arguments; it tells clients what to send and is checked by nobody here
 * @param output the JSON schema of what {@link ToolAnswer#content} is
 */
public record ServedTool(
        String name, String title, String description, Json.Obj input, Json.Obj output, Handler handler) {

    /** Answers calls, several at a time. */
    @FunctionalInterface
    public interface Handler {
        /** Answers one call. May block; it is interrupted when the call is cancelled, and then nothing is answered. */
        ToolAnswer answer(ToolCall call) throws InterruptedException;
    }
}
