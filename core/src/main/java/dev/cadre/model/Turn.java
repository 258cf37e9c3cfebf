// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

import java.util.List;

/** One entry of the conversation that a request carries. */
public sealed interface Turn {
    /** What the caller says. */
    record User(String text) implements Turn {}

    /**
     * What the model said earlier in this conversation.
     *
     * @param providerState what {@link ModelReply#providerState()} held: only the client that made it can read it
     */
    record Assistant(String text, List<ToolCall> toolCalls, String providerState) implements Turn {
        public Assistant {
            toolCalls = List.copyOf(toolCalls);
        }

        /** The turn that repeats a reply. */
        public static Assistant of(ModelReply reply) {
            return new Assistant(reply.text(), reply.toolCalls(), reply.providerState());
        }
    }

    /** What a called function returned. */
    record ToolResult(String callId, String text) implements Turn {}
}
