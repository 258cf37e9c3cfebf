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
import java.util.Optional;

/** Joins the chunks of a streamed chat completion into what would have come whole. */
final class ChatChunks {
    private final ObjectNode whole = JsonNodeFactory.instance.objectNode();
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder refusal = new StringBuilder();
    private final List<Call> calls = new ArrayList<>();
    private final Map<Integer, Call> open = new HashMap<>();
    private String finish = "";
    private boolean produced;

    /** A function call in the making. */
    private static final class Call {
        private String id = "";
        private String name = "";
        private final StringBuilder arguments = new StringBuilder();

        /** Whether a part with this id, which may be empty, belongs to another call. */
        boolean isOther(String partId) {
            return !id.isEmpty() && !partId.isEmpty() && !partId.equals(id);
        }
    }

    /** Takes a chunk; returns the piece of text in it, which may be empty. */
    String add(JsonNode chunk) {
        keep(chunk, "model");
        keep(chunk, "service_tier");
        keep(chunk, "usage");
        JsonNode choice = chunk.path("choices").path(0);
        finish = text(choice, "finish_reason", finish);
        JsonNode delta = choice.path("delta");
        produced |= holdsOutput(delta);
        refusal.append(text(delta, "refusal", ""));
        delta.path("tool_calls").forEach(this::addCall);
        String piece = text(delta, "content", "");
        text.append(piece);
        return piece;
    }

    /** Whether there is anything beside the role, under whatever name: reasoning has several. */
    private static boolean holdsOutput(JsonNode delta) {
        return delta.properties().stream()
                .filter(field -> !field.getKey().equals("role"))
                .map(Map.Entry::getValue)
                .anyMatch(value -> value.isContainerNode() ? !value.isEmpty() : !value.asText("").isEmpty());
    }

    private void keep(JsonNode chunk, String name) {
        if (chunk.hasNonNull(name)) {
            whole.set(name, chunk.get(name));
        }
    }

    /** The name comes whole, the arguments piece by piece; some servers give all calls of a turn one index. */
    private void addCall(JsonNode part) {
        int index = part.path("index").asInt(0);
        String id = text(part, "id", "");
        Call call = open.get(index);
        if (call == null || call.isOther(id)) {
            call = new Call();
            calls.add(call);
            open.put(index, call);
        }
        JsonNode function = part.path("function");
        call.id = id.isEmpty() ? call.id : id;
        call.name = text(function, "name", call.name);
        call.arguments.append(text(function, "arguments", ""));
    }

    private static String text(JsonNode node, String name, String otherwise) {
        JsonNode value = node.path(name);
        return value.isTextual() ? value.asText() : otherwise;
    }

    /** Whether nothing has come yet that the provider would bill, reasoning included. */
    boolean isEmpty() {
        return !produced;
    }

    /** The whole reply, or empty if the stream did not say why the model stopped: then some of it may be missing. */
    Optional<JsonNode> joined() {
        if (finish.isEmpty()) {
            return Optional.empty();
        }
        ObjectNode choice = whole.putArray("choices").addObject().put("finish_reason", finish);
        ObjectNode message = choice.putObject("message").put("content", text.toString());
        if (!refusal.isEmpty()) {
            message.put("refusal", refusal.toString());
        }
        ArrayNode called = message.putArray("tool_calls");
        calls.forEach(call -> called.addObject()
                .put("id", call.id)
                .putObject("function")
                .put("name", call.name)
                .put("arguments", call.arguments.toString()));
        return Optional.of(whole);
    }
}
