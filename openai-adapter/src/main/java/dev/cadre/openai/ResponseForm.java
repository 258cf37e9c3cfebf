// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cadre.model.ModelRequest;

/**
 * Brings a reply of a server with a Responses API of its own into the form of OpenAI's, before it is read. OpenAI's own
 * replies have that form already.
 */
final class ResponseForm {
    private static final String OUTPUT = "output";
    private static final String CONTENT = "content";
    private static final String STATUS = "status";
    private static final String TYPE = "type";
    private static final String TEXT = "text";
    private static final String MESSAGE = "message";
    private static final String INCOMPLETE = "incomplete";

    private final ChatCalls calls;
    private final ReplyNotes notes;

    ResponseForm(ModelRequest request, ReplyNotes notes) {
        this.calls = new ChatCalls(request, notes);
        this.notes = notes;
    }

    /**
     * Changes the reply.
     *
     * @param streamed the text that came in pieces before; empty if none did
     */
    void apply(ObjectNode reply, String streamed) {
        ArrayNode items = items(reply);
        for (JsonNode each : items) {
            if (each instanceof ObjectNode item) {
                switch (item.path(TYPE).asText()) {
                    case MESSAGE -> message(item);
                    case "function_call" -> call(item);
                    default -> {}
                }
            }
        }
        if (!hasWork(items)) {
            addText(items, reply.path("output_text").asText(""), "the text stood beside the output");
        }
        if (!hasWork(items)) {
            addText(items, streamed, "the last event has no text: it was taken from the pieces before");
        }
        status(reply, items);
    }

    private ArrayNode items(ObjectNode reply) {
        JsonNode output = reply.path(OUTPUT);
        if (output instanceof ArrayNode list) {
            return list;
        }
        ArrayNode items = reply.putArray(OUTPUT);
        if (output.isObject()) {
            notes.add("the output came without a list");
            items.add(output);
        } else if (output.isTextual()) {
            addText(items, output.asText(), "the output came as a text");
        }
        return items;
    }

    private void message(ObjectNode message) {
        JsonNode content = message.path(CONTENT);
        if (content.isTextual()) {
            notes.add("the content of a message came as a text");
            message.putArray(CONTENT).add(part(content.asText()));
        }
        for (JsonNode each : message.path(CONTENT)) {
            if (each instanceof ObjectNode part
                    && part.path(TYPE).asText(TEXT).equals(TEXT)
                    && part.path(TEXT).isTextual()) {
                notes.add("a part of a message had the type of Chat Completions");
                part.put(TYPE, "output_text");
            }
        }
    }

    private void call(ObjectNode call) {
        call.put("call_id", calls.id(call.path("call_id").isMissingNode() ? call.path("id") : call.path("call_id")));
        call.put("name", calls.name(call.path("name")));
        call.put("arguments", calls.arguments(call));
    }

    private static boolean hasWork(ArrayNode items) {
        for (JsonNode item : items) {
            String type = item.path(TYPE).asText();
            if (!type.equals("reasoning") && !(type.equals(MESSAGE) && isBlank(item))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isBlank(JsonNode message) {
        return message.path(CONTENT)
                .valueStream()
                .allMatch(part -> part.path(TEXT).asText("").isEmpty()
                        && part.path("refusal").asText("").isEmpty());
    }

    private void addText(ArrayNode items, String text, String note) {
        if (!text.isEmpty()) {
            notes.add(note);
            items.addObject()
                    .put(TYPE, MESSAGE)
                    .put("role", "assistant")
                    .putArray(CONTENT)
                    .add(part(text));
        }
    }

    private static ObjectNode part(String text) {
        ObjectNode part =
                JsonNodeFactory.instance.objectNode().put(TYPE, "output_text").put(TEXT, text);
        part.putArray("annotations");
        return part;
    }

    /** A reply that is not whole is not complete, whatever it calls itself. */
    private void status(ObjectNode reply, ArrayNode items) {
        if (!reply.path(STATUS).asText().equals("completed")) {
            return;
        }
        boolean hasReason =
                !reply.path("incomplete_details").path("reason").asText("").isEmpty();
        boolean isCut = items.valueStream()
                .anyMatch(item -> item.path(TYPE).asText().equals(MESSAGE)
                        && item.path(STATUS).asText().equals(INCOMPLETE));
        if (reply.path("error").isObject() && !reply.path("error").isEmpty()) {
            notes.add("a reply with an error called itself completed");
            reply.put(STATUS, "failed");
        } else if (hasReason || isCut) {
            notes.add("a reply that is not whole called itself completed");
            reply.put(STATUS, INCOMPLETE);
        }
    }
}
