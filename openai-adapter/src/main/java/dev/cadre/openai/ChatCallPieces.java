// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Joins the pieces of streamed tool calls. A piece belongs to the call of its index, unless it names a function when that
 * call is already another or whole: some servers give all calls of a turn one index or one id, or every piece a new id.
 */
final class ChatCallPieces {
    private static final String FUNCTION = "function";
    private static final String ARGUMENTS = "arguments";
    private static final String NAME = "name";
    private static final Set<String> READ = Set.of("index", "id", "type", FUNCTION, NAME);

    private final Set<String> tools;
    private final ReplyNotes notes;
    private final List<Call> calls = new ArrayList<>();
    private final Map<Integer, Call> open = new HashMap<>();

    /** @param tools the names that a call may have */
    ChatCallPieces(Set<String> tools, ReplyNotes notes) {
        this.tools = tools;
        this.notes = notes;
    }

    /** A piece of a call. */
    private record Piece(boolean isIndexed, String id, String name, JsonNode arguments) {
        boolean bringsMore() {
            return arguments.isTextual() ? !arguments.asText().isBlank() : !CallArguments.isAbsent(arguments);
        }
    }

    /** A call in the making. */
    private final class Call {
        private final ObjectNode rest = JsonNodeFactory.instance.objectNode();
        private final ObjectNode restOfFunction = JsonNodeFactory.instance.objectNode();
        private final CallName name = new CallName(tools);
        private final StringBuilder arguments = new StringBuilder();
        private final StringBuilder contradictions = new StringBuilder();
        private @Nullable JsonNode json;
        private String id = "";
        private boolean told;
        private int depth;
        private boolean quoted;
        private boolean escaped;
        private boolean whole;

        /** Whether a piece begins another call. */
        boolean isOtherThan(Piece piece) {
            if (piece.name().isEmpty() || name.isEmpty()) {
                return false;
            }
            boolean sameId = !id.isEmpty() && piece.id().equals(id);
            boolean otherId = !id.isEmpty() && !piece.id().isEmpty() && !sameId;
            if (otherId || !name.goesOnWith(piece.name(), !whole && (sameId || piece.isIndexed()))) {
                return true;
            }
            boolean same = sameId && piece.isIndexed() && name.is(piece.name());
            boolean oneIsEmpty = CallArguments.isEmpty(piece.arguments()) || holdsNothing();
            return whole && piece.bringsMore() && !(same && (oneIsEmpty || holds(piece.arguments())));
        }

        private boolean holdsNothing() {
            return (json == null || CallArguments.isEmpty(json))
                    && (arguments.length() <= 2 && CallArguments.isEmpty(TextNode.valueOf(arguments.toString())));
        }

        private boolean holds(JsonNode piece) {
            if (!piece.isTextual()) {
                return piece.equals(json);
            }
            String text = piece.asText();
            return whole && text.length() == arguments.length() && text.contentEquals(arguments);
        }

        void add(Piece piece) {
            id = id.isEmpty() ? piece.id() : id;
            boolean again = !piece.id().isEmpty() && piece.isIndexed() && whole && piece.bringsMore();
            if (again && name.is(piece.name()) && holds(piece.arguments())) {
                notes.add("a tool call that was delivered twice was read once");
                return;
            }
            if (!piece.name().isEmpty()) {
                name.add(piece.name());
            }
            if (piece.arguments().isTextual()) {
                told = true;
                piece.arguments().asText().chars().forEach(this::follow);
                arguments.append(piece.arguments().asText());
            } else if (!CallArguments.isAbsent(piece.arguments())) {
                told = true;
                whole = true;
                addJson(piece.arguments());
            }
        }

        private void addJson(JsonNode piece) {
            if (json == null || CallArguments.isEmpty(json) || CallArguments.contain(piece, json)) {
                json = piece;
            } else if (CallArguments.isEmpty(piece)) {
                notes.add("an empty piece of a tool call's arguments was left out");
            } else if (!CallArguments.contain(json, piece)) {
                contradictions.append(' ').append(piece);
            }
        }

        /** Finds the end of a JSON object without reading it again with each piece. */
        private void follow(int character) {
            if (quoted) {
                quoted = escaped || character != '"';
                escaped = !escaped && character == '\\';
            } else if (character == '"') {
                quoted = true;
            } else if (character == '{') {
                depth++;
            } else if (character == '}') {
                depth--;
                whole |= depth == 0;
            }
        }

        JsonNode joinedArguments() {
            String text = arguments.toString();
            if (!contradictions.isEmpty()) {
                return TextNode.valueOf(CallArguments.contradictory(text + json + contradictions, notes));
            }
            return json == null ? TextNode.valueOf(text) : CallArguments.settled(text, json, notes);
        }
    }

    void add(JsonNode part) {
        int index = part.path("index").asInt(0);
        JsonNode function = part.path(FUNCTION).isObject() ? part.path(FUNCTION) : part;
        var piece = new Piece(
                part.path("index").isNumber(), text(part, "id"), text(function, NAME), CallArguments.in(part, notes));
        Call call = open.get(index);
        if (call == null || call.isOtherThan(piece)) {
            call = new Call();
            calls.add(call);
            open.put(index, call);
        }
        call.add(piece);
        keepRest(part, call.rest);
        keepRest(part.path(FUNCTION), call.restOfFunction);
    }

    private static void keepRest(JsonNode part, ObjectNode rest) {
        part.properties().forEach(field -> {
            boolean isRead = READ.contains(field.getKey()) || CallArguments.isName(field.getKey());
            if (!isRead && !field.getValue().isNull()) {
                rest.set(field.getKey(), field.getValue());
            }
        });
    }

    private static String text(JsonNode node, String name) {
        JsonNode value = node.path(name);
        return value.isTextual() || value.isNumber() ? value.asText() : "";
    }

    boolean isEmpty() {
        return calls.isEmpty();
    }

    ArrayNode joined() {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        for (Call call : calls) {
            ObjectNode joined = array.addObject().put("id", call.id);
            joined.setAll(call.rest);
            ObjectNode function = joined.putObject(FUNCTION).put(NAME, call.name.read());
            function.setAll(call.restOfFunction);
            if (call.told) {
                function.set(ARGUMENTS, call.joinedArguments());
            }
        }
        return array;
    }
}
