// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cadre.model.OutputFormat;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What a message of a chat completion says: its content may be a text, a list of parts or the JSON answer itself, and JSON
 * may have blocks of thinking before it.
 *
 * @param refusal the explanation of a refusal; empty if there is none
 * @param isThought whether the model thought, in a field of its own, a part or a block
 * @param isUnread whether there is something that may be the answer, or a part of it, and cannot be read
 */
record ChatContent(String text, String refusal, boolean isThought, boolean isUnread) {
    static final String UNREAD = "a part of the answer cannot be read";

    private static final List<String> THOUGHTS = List.of("reason", "think", "thought");
    private static final Set<String> KNOWN = Set.of("content", "refusal", "tool_calls", "function_call");

    static ChatContent of(JsonNode message, OutputFormat output, ReplyNotes notes) {
        var said = new StringBuilder();
        var refused = new StringBuilder(string(message.path("refusal")));
        var kinds = EnumSet.noneOf(ChatPart.Kind.class);
        boolean thought = message.properties().stream().anyMatch(ChatContent::isThought);
        JsonNode content = message.path("content");
        if (content.isArray()) {
            notes.add("the content came as a list of parts");
            content.forEach(part -> kinds.add(add(part, said, refused, notes)));
        } else if (output instanceof OutputFormat.Text
                && (ChatPart.isAlone(content) || content.path("text").isTextual())) {
            notes.add("the content came as one part");
            kinds.add(add(content, said, refused, notes));
        } else if (content.isContainerNode() || content.isNumber() || content.isBoolean()) {
            notes.add("the content came as JSON, not as a text");
            said.append(content);
        } else {
            said.append(string(content));
        }
        boolean isElsewhere = message.properties().stream().anyMatch(ChatContent::isUnknown);
        boolean leftOut = said.isEmpty() && refused.isEmpty() && (kinds.contains(ChatPart.Kind.OTHER) || isElsewhere);
        String answer = notes.withoutThought(said.toString(), output);
        return new ChatContent(
                answer,
                refused.toString(),
                thought || kinds.contains(ChatPart.Kind.THOUGHT) || answer.length() < said.length(),
                leftOut || kinds.contains(ChatPart.Kind.UNREADABLE));
    }

    /** Whether a member is one of those that servers invent for what the model thought. */
    static boolean isThought(Map.Entry<String, JsonNode> member) {
        String name = member.getKey().toLowerCase(Locale.ROOT);
        return THOUGHTS.stream().anyMatch(name::contains) && ChatForm.isOutput(member);
    }

    private static boolean isUnknown(Map.Entry<String, JsonNode> member) {
        return !KNOWN.contains(member.getKey()) && !isThought(member) && ChatForm.isOutput(member);
    }

    private static ChatPart.Kind add(JsonNode given, StringBuilder said, StringBuilder refused, ReplyNotes notes) {
        ChatPart part = ChatPart.of(given);
        (part.kind() == ChatPart.Kind.REFUSAL ? refused : said).append(part.text());
        if (part.kind() == ChatPart.Kind.OTHER) {
            String type = given.path("type").asText("").toLowerCase(Locale.ROOT);
            notes.add("a part of the type %s was left out".formatted(notes.quoted(type)));
        }
        return part.kind();
    }

    private static String string(JsonNode node) {
        return node.isTextual() ? node.asText() : "";
    }
}
