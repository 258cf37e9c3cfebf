// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

import java.util.List;

/** One entry of the conversation that a request carries. */
public sealed interface Turn {
    /** What the caller says, and shows. */
    record User(String text, List<Attachment> attachments) implements Turn {
        public User {
            attachments = List.copyOf(attachments);
        }

        /** Words alone. */
        public User(String text) {
            this(text, List.of());
        }
    }

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
    record ToolResult(String callId, String text, List<Attachment> attachments) implements Turn {
        public ToolResult {
            attachments = List.copyOf(attachments);
        }

        /** Words alone. */
        public ToolResult(String callId, String text) {
            this(callId, text, List.of());
        }
    }
}
