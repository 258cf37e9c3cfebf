// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Joins a list of parts that comes piece by piece: pieces in a row with the same type and index are one part. */
final class ChatParts {
    private static final Set<String> GROWING = Set.of("text", "thinking", "summary", "data");
    private static final String TEXT = "text";

    private final List<Part> parts = new ArrayList<>();

    private static final class Part {
        private final ObjectNode fixed = JsonNodeFactory.instance.objectNode();
        private final Map<String, StringBuilder> growing = new LinkedHashMap<>();
        private boolean isNested;

        boolean continues(JsonNode piece) {
            return same("type", piece) && same("index", piece) && same("id", piece);
        }

        private boolean same(String name, JsonNode piece) {
            return !piece.hasNonNull(name)
                    || !fixed.hasNonNull(name)
                    || fixed.get(name).equals(piece.get(name));
        }

        void add(JsonNode piece) {
            piece.properties().forEach(field -> {
                JsonNode value = field.getValue();
                boolean nested = field.getKey().equals("thinking") && value.isArray();
                if (nested || (GROWING.contains(field.getKey()) && value.isTextual())) {
                    isNested |= nested;
                    var text = growing.computeIfAbsent(field.getKey(), name -> new StringBuilder());
                    text.append(value.asText());
                    value.forEach(inner -> text.append(inner.path(TEXT).asText("")));
                } else if (!value.isNull()) {
                    fixed.set(field.getKey(), value);
                }
            });
        }

        ObjectNode joined() {
            growing.forEach((name, text) -> {
                if (isNested && name.equals("thinking")) {
                    fixed.putArray(name).addObject().put("type", TEXT).put(TEXT, text.toString());
                } else {
                    fixed.put(name, text.toString());
                }
            });
            return fixed;
        }
    }

    void add(JsonNode piece) {
        if (parts.isEmpty() || !parts.getLast().continues(piece)) {
            parts.add(new Part());
        }
        parts.getLast().add(piece);
    }

    /** Adds a part of the content, with its text where it belongs if it is somewhere else. */
    void addPart(JsonNode part) {
        ChatPart read = ChatPart.of(part);
        boolean isElsewhere =
                !read.text().isEmpty() && !part.path(TEXT).isTextual() && read.kind() == ChatPart.Kind.TEXT;
        if (isElsewhere) {
            addText(read.text());
        } else if (part.isObject()) {
            add(part);
        }
    }

    void addText(String text) {
        add(JsonNodeFactory.instance.objectNode().put("type", TEXT).put(TEXT, text));
    }

    /** Whether a piece without a type goes on with a part that is thinking. */
    boolean isThoughtGoingOn(JsonNode piece) {
        return piece.isObject()
                && !parts.isEmpty()
                && ChatPart.isThought(parts.getLast().fixed.path("type").asText(""))
                && parts.getLast().continues(piece);
    }

    boolean isEmpty() {
        return parts.isEmpty();
    }

    ArrayNode joined() {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        parts.forEach(part -> array.add(part.joined()));
        return array;
    }
}
