// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What one part of the content of a message says.
 *
 * @param text the text, or the explanation of a refusal; empty of other parts
 */
record ChatPart(Kind kind, String text) {
    /** What a part is. */
    enum Kind {
        TEXT,
        THOUGHT,
        REFUSAL,
        /** No text, as far as its type or what it holds says. */
        OTHER,
        /** A text that is not where any server puts it. */
        UNREADABLE
    }

    private static final String TEXT = "text";
    private static final String REFUSAL = "refusal";
    private static final Set<String> THOUGHTS =
            Set.of("thinking", "reasoning", "redacted_thinking", "reasoning_text", "thought");
    private static final Set<String> TEXTS = Set.of(TEXT, "output_text", "input_text");
    private static final List<String> PLACES = List.of(TEXT, "output_text", "content", "value");

    /** Members of a part that are no text, whatever they hold. */
    private static final Set<String> NO_TEXT =
            Set.of("type", "index", "id", "role", "status", "annotations", "citations", "logprobs", "cache_control");

    /** Types of parts that are no text, whatever texts they hold: addresses, names and data of what is not said. */
    private static final Pattern NO_WORDS = Pattern.compile(
            "image|audio|video|speech|sound|file|document|url|tool|reference|citation|source|search|signature",
            Pattern.CASE_INSENSITIVE);

    private static final ChatPart NOTHING = new ChatPart(Kind.TEXT, "");

    static ChatPart of(JsonNode part) {
        if (part.isTextual() || part.isNull()) {
            return new ChatPart(Kind.TEXT, string(part));
        }
        String type = part.path("type").asText(TEXT);
        if (isThought(type)) {
            return new ChatPart(Kind.THOUGHT, "");
        }
        String refusal = string(part.path(REFUSAL));
        if (!refusal.isEmpty()) {
            return new ChatPart(Kind.REFUSAL, refusal);
        }
        return isText(type) ? text(part) : other(part, type);
    }

    /** Whether parts of a type are thinking. */
    static boolean isThought(String type) {
        return THOUGHTS.contains(type.toLowerCase(Locale.ROOT));
    }

    private static boolean isText(String type) {
        return TEXTS.contains(type.toLowerCase(Locale.ROOT));
    }

    /** Whether content that came as an object says that it is one part, and not the JSON that was asked for. */
    static boolean isAlone(JsonNode content) {
        String type = content.path("type").asText("");
        return isThought(type) || isText(type);
    }

    private static ChatPart text(JsonNode part) {
        boolean isThere = !part.isObject();
        for (String place : PLACES) {
            JsonNode given = part.path(place);
            Optional<String> text = Stream.of(given, given.path("value"), given.path(TEXT))
                    .map(ChatPart::string)
                    .filter(said -> !said.isEmpty())
                    .findFirst();
            if (text.isPresent()) {
                return new ChatPart(Kind.TEXT, text.get());
            }
            isThere |= holds(given);
        }
        boolean isElsewhere = part.properties().stream()
                .anyMatch(field -> !NO_TEXT.contains(field.getKey()) && holds(field.getValue()));
        return isThere || isElsewhere ? new ChatPart(Kind.UNREADABLE, "") : NOTHING;
    }

    private static ChatPart other(JsonNode part, String type) {
        String text = string(part.path(TEXT));
        if (!text.isEmpty() || type.equalsIgnoreCase(REFUSAL)) {
            return new ChatPart(Kind.TEXT, text);
        }
        boolean mayBeText = part.properties().stream()
                .anyMatch(field -> !NO_TEXT.contains(field.getKey())
                        && !string(field.getValue()).isBlank());
        return new ChatPart(mayBeText && !NO_WORDS.matcher(type).find() ? Kind.UNREADABLE : Kind.OTHER, "");
    }

    private static boolean holds(JsonNode value) {
        return value.isContainerNode()
                ? !value.isEmpty()
                : !value.isNull() && !value.asText("").isEmpty();
    }

    private static String string(JsonNode node) {
        return node.isTextual() ? node.asText() : "";
    }
}
