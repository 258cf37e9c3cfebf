// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cadre.model.ToolCall;
import java.util.List;

/**
 * The reasoning beside the tool calls of a chat completion, which some servers want back with the results: fields of the
 * message (DeepSeek, OpenRouter, vLLM), parts of its content (Mistral) and fields of its calls (Google). Only the server that
 * sent it gets it.
 */
final class ChatState {
    /** More than the reasoning of any turn; without it servers that need it refuse the next turn. */
    static final int MAX_CHARS = 2_000_000;

    private static final List<String> MESSAGE =
            List.of("reasoning_content", "reasoning", "reasoning_details", "thinking_blocks", "extra_content");
    private static final List<String> CALL = List.of("extra_content", "thought_signature", "provider_specific_fields");
    private static final String SERVER = "chat_server";
    private static final String CALLS = "tool_calls";
    private static final String CONTENT = "content";
    private static final String FUNCTION = "function";

    private ChatState() {}

    /** The state of a message, or an empty text if the neutral form of the turn says all of it. */
    static String of(JsonNode message, List<ToolCall> calls, BaseUrl server, ReplyNotes notes) {
        ObjectNode state = JsonNodeFactory.instance.objectNode();
        copy(MESSAGE, message, state);
        if (message.path(CONTENT).isArray()) {
            state.set(CONTENT, message.get(CONTENT));
        }
        ObjectNode byId = JsonNodeFactory.instance.objectNode();
        List<JsonNode> listed = ChatCalls.distinct(ChatCalls.listed(message.path(CALLS)), notes);
        for (int i = 0; i < calls.size() && i < listed.size(); i++) {
            ObjectNode kept = JsonNodeFactory.instance.objectNode();
            copy(CALL, listed.get(i), kept);
            ObjectNode ofFunction = JsonNodeFactory.instance.objectNode();
            copy(CALL, listed.get(i).path(FUNCTION), ofFunction);
            if (!ofFunction.isEmpty()) {
                kept.set(FUNCTION, ofFunction);
            }
            if (!kept.isEmpty()) {
                byId.set(calls.get(i).callId(), kept);
            }
        }
        if (!byId.isEmpty()) {
            state.set(CALLS, byId);
        }
        if (state.isEmpty()) {
            return "";
        }
        String json = state.put(SERVER, server.text()).toString();
        if (json.length() > MAX_CHARS) {
            notes.add("reasoning of %d characters is not sent back".formatted(json.length()));
            return "";
        }
        return json;
    }

    /** Adds the state of a turn to its message; that of another client or server is left out. */
    static void addTo(ObjectNode message, String json, BaseUrl server) {
        if (!json.startsWith("{")) {
            return;
        }
        JsonNode state;
        try {
            state = ServerJson.MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            return; // another client's: the neutral form says the same, less its private parts
        }
        if (!state.path(SERVER).asText("").equals(server.text())) {
            return;
        }
        copy(MESSAGE, state, message);
        copy(List.of(CONTENT), state, message);
        for (JsonNode call : message.path(CALLS)) {
            JsonNode kept = state.path(CALLS).path(call.path("id").asText());
            copy(CALL, kept, (ObjectNode) call);
            copy(CALL, kept.path(FUNCTION), (ObjectNode) call.get(FUNCTION));
        }
    }

    private static void copy(List<String> names, JsonNode from, ObjectNode to) {
        for (String name : names) {
            if (from.hasNonNull(name)) {
                to.set(name, from.get(name));
            }
        }
    }
}
