// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

import java.util.List;

/** One entry of the conversation that a request carries. */
public sealed interface Turn {
    /** A message of the caller, perhaps with images and files. */
    record User(String text, List<Attachment> attachments) implements Turn {
        public User {
            attachments = List.copyOf(attachments);
        }

        /** A message without attachments. */
        public User(String text) {
            this(text, List.of());
        }
    }

    /**
     * An earlier reply of the model in this conversation.
     *
     * @param providerState the {@link ModelReply#providerState()} of the reply, which only the client that made it can
     *     read
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

    /** The result of a tool call. */
    record ToolResult(String callId, String text, List<Attachment> attachments) implements Turn {
        public ToolResult {
            attachments = List.copyOf(attachments);
        }

        /** A result without attachments. */
        public ToolResult(String callId, String text) {
            this(callId, text, List.of());
        }
    }
}
