// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.ToolSpec;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Brings a reply of a server with a Responses API of its own into the form of OpenAI's, before it is read. OpenAI's own
 * replies have that form already.
 */
final class ResponseForm {
    private static final String OUTPUT = "output";
    private static final String CONTENT = "content";
    private static final String TYPE = "type";
    private static final String TEXT = "text";
    private static final String OUTPUT_TEXT = "output_text";
    static final String MESSAGE = "message";
    static final String CALL = "function_call";
    static final String REASONING = "reasoning";

    /** The roles of those who do not answer: some servers repeat their messages. */
    private static final Set<String> OTHER_ROLES = Set.of("user", "system", "developer", "tool");

    /** Members of a message that are no text. */
    private static final Set<String> IN_MESSAGE =
            Set.of(TYPE, "id", "object", "role", "status", "phase", "name", CONTENT, "annotations");

    /** What the calls of functions are called elsewhere. */
    private static final Set<String> FOREIGN_CALLS = Set.of("tool_call", "tool_use", "function");

    private final ChatCalls calls;
    private final Set<String> tools = new HashSet<>();
    private final ReplyNotes notes;

    ResponseForm(ModelRequest request, ReplyNotes notes) {
        this.calls = new ChatCalls(request, notes);
        request.tools().stream().map(ToolSpec::name).forEach(tools::add);
        this.notes = notes;
    }

    /** Changes a whole reply. */
    void apply(ObjectNode reply) {
        apply(reply, new StreamedItems(this, notes), "");
    }

    /**
     * Changes the reply of a last event.
     *
     * @param streamed what came before
     * @param event what the name of the event says of the reply's status; empty if it says nothing
     */
    void apply(ObjectNode reply, StreamedItems streamed, String event) {
        ArrayNode items = items(reply);
        streamed.completeIn(items);
        dropRepeatedCalls(items);
        for (JsonNode item : items) {
            if (item instanceof ObjectNode call && item.path(TYPE).asText().equals(CALL)) {
                settle(call);
            }
        }
        String beside = reply.path(OUTPUT_TEXT).asText("");
        if (!hasAnswer(items) && !beside.isEmpty()) {
            notes.add("the text stood beside the output");
            items.add(message(textPart(beside)));
        }
        ResponseStatus.settle(reply, items, hasAnswer(items), event, notes);
    }

    /** The output as a list of items of the API's forms. */
    private ArrayNode items(ObjectNode reply) {
        JsonNode output = reply.path(OUTPUT);
        ArrayNode items = reply.putArray(OUTPUT);
        if (output.isObject()) {
            notes.add("the output came without a list");
        }
        Set<JsonNode> stray = Collections.newSetFromMap(new IdentityHashMap<>());
        for (JsonNode given : output.isArray() ? output : List.of(output)) {
            JsonNode item = shaped(given);
            if (!item.isMissingNode()) {
                items.add(item);
            }
            if (!given.path(TYPE).asText().equals(MESSAGE) && !text(item).isEmpty()) {
                stray.add(item);
            }
        }
        dropRepeated(stray, items);
        return items;
    }

    /** A text beside the messages that says what they say is theirs. */
    private void dropRepeated(Set<JsonNode> stray, ArrayNode items) {
        Map<Boolean, String> texts = items.valueStream()
                .collect(Collectors.partitioningBy(
                        stray::contains, Collectors.mapping(ResponseForm::text, Collectors.joining())));
        String beside = String.valueOf(texts.get(true));
        if (!beside.isEmpty() && beside.equals(texts.get(false))) {
            notes.add("a text beside a message said the same");
            for (var each = items.iterator(); each.hasNext(); ) {
                if (stray.contains(each.next())) {
                    each.remove();
                }
            }
        }
    }

    /** An item in the form of the API's; a missing node if it is no part of the output. */
    JsonNode shaped(JsonNode given) {
        if (given.isTextual() && !given.asText().isEmpty()) {
            notes.add("an item of the output came as a text");
            return message(given);
        }
        if (!(given instanceof ObjectNode item)) {
            return MissingNode.getInstance();
        }
        switch (type(item)) {
            case MESSAGE -> {
                if (OTHER_ROLES.contains(item.path("role").asText("").toLowerCase(Locale.ROOT))) {
                    notes.add("a message of another role was left out of the answer");
                    return MissingNode.getInstance();
                }
                content(item);
            }
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
        if (FOREIGN_CALLS.contains(type) || isFunctionInDisguise(type, item)) {
            notes.add("a tool call was of the type " + notes.quoted(type));
            item.put(TYPE, CALL);
            return CALL;
        }
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

    /** Custom tools take a text, and none was asked for. */
    private boolean isFunctionInDisguise(String type, ObjectNode item) {
        return type.equals("custom_tool_call")
                && tools.contains(name(item).asText(""))
                && CallArguments.isObject(item.path("input").asText(""));
    }

    private ObjectNode message(JsonNode content) {
        ObjectNode message =
                JsonNodeFactory.instance.objectNode().put(TYPE, MESSAGE).put("role", "assistant");
        message.putArray(CONTENT).add(part(content));
        return message;
    }

    private void content(ObjectNode message) {
        if (isEmpty(message.path(CONTENT))) {
            find(message);
        }
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

    /** Takes what a message has under another name for its content; what nobody knows makes that unreadable. */
    private void find(ObjectNode message) {
        for (String name : ChatForm.PLACES) {
            if (!isEmpty(message.path(name))) {
                notes.add("the text of a message stood in '" + name + "'");
                JsonNode found = message.remove(name);
                if (found.isArray()) {
                    message.set(CONTENT, found);
                } else {
                    message.putArray(CONTENT).add(part(found));
                }
                return;
            }
        }
        if (message.properties().stream()
                .anyMatch(field -> !IN_MESSAGE.contains(field.getKey()) && !isEmpty(field.getValue()))) {
            message.putArray(CONTENT).add(unreadable(message.deepCopy()));
        }
    }

    private static boolean isEmpty(JsonNode value) {
        return value.isContainerNode()
                ? value.isEmpty()
                : !value.isTextual() || value.asText().isEmpty();
    }

    /** A part of a message; the same if it is one already. */
    private JsonNode part(JsonNode given) {
        String type = given.path(TYPE).asText("");
        if (given.isNull() || (type.equals(OUTPUT_TEXT) && given.path(TEXT).isTextual())) {
            return given;
        }
        ChatPart read = ChatPart.of(given);
        return switch (read.kind()) {
            case TEXT -> given.isTextual() || !read.text().isEmpty() ? textPart(read.text()) : given;
            case UNREADABLE -> unreadable(given);
            case OTHER -> {
                notes.add("a part of the type %s was left out".formatted(notes.quoted(type)));
                yield given;
            }
            case REFUSAL, THOUGHT -> given;
        };
    }

    /** A part in the place of a text that is none. */
    private static ObjectNode unreadable(JsonNode given) {
        ObjectNode part = JsonNodeFactory.instance.objectNode().put(TYPE, OUTPUT_TEXT);
        part.putObject(TEXT).set("unread", given);
        return part;
    }

    static ObjectNode textPart(String text) {
        ObjectNode part =
                JsonNodeFactory.instance.objectNode().put(TYPE, OUTPUT_TEXT).put(TEXT, text);
        part.putArray("annotations");
        return part;
    }

    /** The same call id, name and arguments are one call. */
    private void dropRepeatedCalls(ArrayNode items) {
        var seen = new HashSet<ChatCalls.Again>();
        for (var each = items.iterator(); each.hasNext(); ) {
            JsonNode item = each.next();
            String id = item.path("call_id").asText("");
            boolean isCall = item.path(TYPE).asText().equals(CALL) && !id.isBlank();
            if (isCall && !seen.add(ChatCalls.Again.of(id, item, notes))) {
                each.remove();
                notes.add(ChatCalls.TWICE);
            }
        }
    }

    private void settle(ObjectNode call) {
        JsonNode id = call.path("call_id").isMissingNode() ? call.path("id") : call.path("call_id");
        call.put("call_id", calls.id(id));
        call.put("name", calls.name(name(call)));
        call.put("arguments", calls.arguments(call));
    }

    /** The name of a call. */
    static JsonNode name(JsonNode call) {
        return call.path("name").isMissingNode() ? call.path("function").path("name") : call.path("name");
    }

    /** Whether there is a text, a refusal, or a call that wants an answer. */
    private static boolean hasAnswer(ArrayNode items) {
        return items.valueStream().anyMatch(item -> switch (item.path(TYPE).asText()) {
            case MESSAGE -> !text(item).isEmpty() || !refusal(item).isEmpty();
            case CALL, "computer_call", "mcp_approval_request" -> true;
            default -> false;
        });
    }

    /** The refusal in a message; empty if it is none. */
    static String refusal(JsonNode message) {
        return joined(message, "refusal");
    }

    /** The text of a message; empty if there is none. */
    static String text(JsonNode message) {
        return joined(message, TEXT);
    }

    private static String joined(JsonNode message, String member) {
        return message.path(TYPE).asText().equals(MESSAGE)
                ? message.path(CONTENT)
                        .valueStream()
                        .map(part -> part.path(member).asText(""))
                        .collect(Collectors.joining())
                : "";
    }
}
