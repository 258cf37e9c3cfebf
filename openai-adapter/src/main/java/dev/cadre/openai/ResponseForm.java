// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cadre.model.ModelRequest;
import java.util.List;
import java.util.stream.Collectors;

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
    private static final String OUTPUT_TEXT = "output_text";
    private static final String MESSAGE = "message";
    private static final String CALL = "function_call";
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
        for (int at = 0; at < items.size(); at++) {
            items.set(at, item(items.get(at)));
        }
        if (!hasAnswer(items)) {
            addText(items, reply.path("output_text").asText(""), "the text stood beside the output");
        }
        if (!hasAnswer(items)) {
            addText(items, streamed, "the last event has no text: it was taken from the pieces before");
        }
        lengthen(items, streamed);
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
            items.add(output);
        }
        return items;
    }

    private JsonNode item(JsonNode given) {
        if (given.isTextual() && !given.asText().isEmpty()) {
            notes.add("an item of the output came as a text");
            return message(given);
        }
        if (!(given instanceof ObjectNode item)) {
            return given;
        }
        switch (type(item)) {
            case MESSAGE -> content(item);
            case CALL -> call(item);
            case TEXT, OUTPUT_TEXT -> {
                notes.add("a part of a message came as an item of the output");
                return message(item);
            }
            default -> {}
        }
        return item;
    }

    /** An item without a type is what it holds. */
    private String type(ObjectNode item) {
        String type = item.path(TYPE).asText("");
        if (!type.isEmpty()) {
            return type;
        }
        boolean isCall = item.hasNonNull("call_id") || item.hasNonNull("name");
        String meant = item.hasNonNull(CONTENT) ? MESSAGE : isCall ? CALL : item.hasNonNull(TEXT) ? TEXT : "";
        if (!meant.isEmpty()) {
            notes.add("an item of the output had no type");
            item.put(TYPE, meant);
        }
        return meant;
    }

    private ObjectNode message(JsonNode content) {
        ObjectNode message =
                JsonNodeFactory.instance.objectNode().put(TYPE, MESSAGE).put("role", "assistant");
        message.putArray(CONTENT).add(part(content));
        return message;
    }

    private void content(ObjectNode message) {
        JsonNode content = message.path(CONTENT);
        if (content.isTextual() || content.isObject()) {
            notes.add("the content of a message came without a list");
            message.putArray(CONTENT).add(part(content));
        } else if (content instanceof ArrayNode parts) {
            for (int at = 0; at < parts.size(); at++) {
                JsonNode part = part(parts.get(at));
                if (!part.equals(parts.get(at))) {
                    notes.add("a part of a message was not of the type of a text");
                    parts.set(at, part);
                }
            }
        }
    }

    /** A part of a message; the same if it is one already. */
    private static JsonNode part(JsonNode given) {
        if (given.isTextual()) {
            return textPart(given.asText());
        }
        boolean isText =
                given.path(TYPE).asText(TEXT).equals(TEXT) && given.path(TEXT).isTextual();
        return isText ? textPart(given.path(TEXT).asText()) : given;
    }

    private static ObjectNode textPart(String text) {
        ObjectNode part =
                JsonNodeFactory.instance.objectNode().put(TYPE, OUTPUT_TEXT).put(TEXT, text);
        part.putArray("annotations");
        return part;
    }

    private void call(ObjectNode call) {
        JsonNode id = call.path("call_id").isMissingNode() ? call.path("id") : call.path("call_id");
        JsonNode name =
                call.path("name").isMissingNode() ? call.path("function").path("name") : call.path("name");
        call.put("call_id", calls.id(id));
        call.put("name", calls.name(name));
        call.put("arguments", calls.arguments(call));
    }

    /** Whether there is a text, a refusal, or a call that wants an answer. */
    private static boolean hasAnswer(ArrayNode items) {
        return items.valueStream().anyMatch(item -> switch (item.path(TYPE).asText()) {
            case MESSAGE -> !text(item).isEmpty() || isRefusal(item);
            case CALL, "computer_call", "mcp_approval_request" -> true;
            default -> false;
        });
    }

    private static boolean isRefusal(JsonNode message) {
        return message.path(CONTENT)
                .valueStream()
                .anyMatch(part -> !part.path("refusal").asText("").isEmpty());
    }

    private static String text(JsonNode message) {
        return message.path(CONTENT)
                .valueStream()
                .map(part -> part.path(TEXT).asText(""))
                .collect(Collectors.joining());
    }

    /** What was streamed is never shortened by a last event that has only its beginning. */
    private void lengthen(ArrayNode items, String streamed) {
        List<JsonNode> messages = items.valueStream()
                .filter(item -> item.path(TYPE).asText().equals(MESSAGE))
                .toList();
        if (messages.size() == 1 && messages.getFirst() instanceof ObjectNode message && !isRefusal(message)) {
            String text = text(message);
            if (streamed.length() > text.length() && streamed.startsWith(text)) {
                notes.add("the last event has less text than the pieces before: theirs was taken");
                message.putArray(CONTENT).add(textPart(streamed));
            }
        }
    }

    private void addText(ArrayNode items, String text, String note) {
        if (!text.isEmpty()) {
            notes.add(note);
            items.add(message(textPart(text)));
        }
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
        JsonNode error = reply.path("error");
        if (error.isTextual() && !error.asText().isBlank()) {
            reply.putObject("error").put("message", error.asText());
        }
        if (!reply.path("error").isEmpty()) {
            notes.add("a reply with an error called itself completed");
            reply.put(STATUS, "failed");
        } else if (hasReason || isCut) {
            notes.add("a reply that is not whole called itself completed");
            reply.put(STATUS, INCOMPLETE);
        }
    }
}
