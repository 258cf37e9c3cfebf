// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cadre.model.OutputFormat;
import java.util.Locale;
import java.util.Set;

/**
 * What a message of a chat completion says: its content may be a text, a list of parts or the JSON answer itself, and JSON
 * may have blocks of thinking before it.
 *
 * @param refusal the explanation of a refusal; empty if there is none
 * @param isThought whether the model thought, in a field of its own, a part or a block
 */
record ChatContent(String text, String refusal, boolean isThought) {
    private static final Set<String> THOUGHTS =
            Set.of("thinking", "reasoning", "redacted_thinking", "reasoning_text", "thought");
    private static final String TEXT = "text";
    private static final String REFUSAL = "refusal";

    static ChatContent of(JsonNode message, OutputFormat output, ReplyNotes notes) {
        var said = new StringBuilder();
        var refused = new StringBuilder(string(message.path(REFUSAL)));
        boolean thought = !string(message.path("reasoning_content")).isEmpty()
                || !string(message.path("reasoning")).isEmpty()
                || !message.path("reasoning_details").isEmpty();
        JsonNode content = message.path("content");
        if (content.isArray()) {
            notes.add("the content came as a list of parts");
            for (JsonNode part : content) {
                thought |= add(part, said, refused, notes);
            }
        } else if (content.isObject()
                && output instanceof OutputFormat.Text
                && content.path(TEXT).isTextual()) {
            notes.add("the content came as one part");
            thought |= add(content, said, refused, notes);
        } else if (content.isContainerNode() || content.isNumber() || content.isBoolean()) {
            notes.add("the content came as JSON, not as a text");
            said.append(content);
        } else {
            said.append(string(content));
        }
        String answer = LeadingThought.removed(said.toString(), output, notes);
        return new ChatContent(answer, refused.toString(), thought || answer.length() < said.length());
    }

    /** Adds a part; returns whether it is thinking. */
    private static boolean add(JsonNode part, StringBuilder said, StringBuilder refused, ReplyNotes notes) {
        String type = part.path("type").asText(TEXT).toLowerCase(Locale.ROOT);
        if (isThought(type)) {
            return true;
        }
        refused.append(string(part.path(REFUSAL)));
        String text = part.isTextual() ? part.asText() : string(part.path(TEXT));
        if (text.isEmpty() && !type.equals(TEXT) && !type.equals(REFUSAL)) {
            notes.add("a part of the type %s was left out".formatted(notes.quoted(type)));
        }
        said.append(text);
        return false;
    }

    /** Whether parts of a type are thinking. */
    static boolean isThought(String type) {
        return THOUGHTS.contains(type.toLowerCase(Locale.ROOT));
    }

    private static String string(JsonNode node) {
        return node.isTextual() ? node.asText() : "";
    }
}
