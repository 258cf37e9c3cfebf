// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
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

    private final Set<String> tools;
    private final List<Call> calls = new ArrayList<>();
    private final Map<Integer, Call> open = new HashMap<>();

    /** @param tools the names that a call may have */
    ChatCallPieces(Set<String> tools) {
        this.tools = tools;
    }

    /** A call in the making. */
    private static final class Call {
        private final ObjectNode rest = JsonNodeFactory.instance.objectNode();
        private final ObjectNode restOfFunction = JsonNodeFactory.instance.objectNode();
        private final List<String> names = new ArrayList<>();
        private final StringBuilder arguments = new StringBuilder();
        private @Nullable JsonNode json;
        private String id = "";
        private int depth;
        private boolean quoted;
        private boolean escaped;
        private boolean whole;

        void append(JsonNode piece) {
            if (piece.isTextual()) {
                piece.asText().chars().forEach(this::follow);
                arguments.append(piece.asText());
            } else if (!piece.isMissingNode() && !piece.isNull()) {
                json = piece;
                whole = true;
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
    }

    void add(JsonNode part) {
        int index = part.path("index").asInt(0);
        JsonNode function = part.path(FUNCTION).isObject() ? part.path(FUNCTION) : part;
        String id = text(part, "id");
        String name = text(function, NAME);
        Call call = open.get(index);
        if (call == null || isOther(call, id, name, function.path(ARGUMENTS))) {
            call = new Call();
            calls.add(call);
            open.put(index, call);
        }
        if (call.id.isEmpty()) {
            call.id = id;
        }
        if (!name.isEmpty()) {
            call.names.add(name);
        }
        call.append(function.path(ARGUMENTS));
        keepRest(part, call.rest);
        keepRest(part.path(FUNCTION), call.restOfFunction);
    }

    /** Whether a piece begins another call. */
    private static boolean isOther(Call call, String id, String name, JsonNode arguments) {
        if (name.isEmpty() || call.names.isEmpty()) {
            return false;
        }
        boolean otherId = !id.isEmpty() && !call.id.isEmpty() && !id.equals(call.id);
        boolean bringsMore = !arguments.asText("").isEmpty() || arguments.isContainerNode();
        return otherId || (call.whole && bringsMore);
    }

    private static void keepRest(JsonNode part, ObjectNode rest) {
        part.properties().forEach(field -> {
            boolean isRead =
                    Set.of("index", "id", "type", FUNCTION, NAME, ARGUMENTS).contains(field.getKey());
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
            ObjectNode function = joined.putObject(FUNCTION).put(NAME, name(call.names));
            function.setAll(call.restOfFunction);
            if (call.json != null) {
                function.set(ARGUMENTS, call.json);
            } else {
                function.put(ARGUMENTS, call.arguments.toString());
            }
        }
        return array;
    }

    /** A name may come once, again with each piece, as it grows, or in pieces. */
    private String name(List<String> pieces) {
        String joined = String.join("", pieces);
        if (pieces.size() < 2 || tools.contains(joined)) {
            return joined;
        }
        boolean repeated = pieces.stream().allMatch(pieces.getFirst()::equals);
        return repeated || tools.contains(pieces.getLast()) ? pieces.getLast() : joined;
    }
}
