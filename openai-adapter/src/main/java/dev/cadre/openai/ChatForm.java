// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Brings a chat completion, or its chunks, into the form of the API before it is read: choices without a list, messages
 * that are a text or the choice itself, and text under another name, if none stands where it belongs.
 */
final class ChatForm {
    private static final String CHOICES = "choices";
    private static final String CONTENT = "content";
    private static final String TEXT = "text";
    private static final String MESSAGE = "message";
    private static final String DELTA = "delta";

    /** Where text may stand in place of the content. */
    static final List<String> PLACES = List.of(TEXT, "output_text", "parts", "output");

    /** Members of a choice or a message that are no output, whatever they hold. */
    private static final Set<String> NO_OUTPUT = Set.of(
            "role",
            "index",
            "id",
            "type",
            "object",
            "name",
            "channel",
            "status",
            "finish_reason",
            "finishReason",
            "native_finish_reason",
            "done_reason",
            "stop_reason",
            "finish_details",
            "logprobs",
            "usage",
            "error",
            "annotations",
            "content_filter_results",
            "content_filter_result",
            "content_filter_offsets",
            "provider_specific_fields",
            "extra_content",
            "matched_stop");

    /** Members of a choice without a message that are output, also behind the reason why the model stopped. */
    private static final Set<String> OUTPUT = Set.of(
            CONTENT, "refusal", "reasoning_content", "reasoning", "reasoning_details", "tool_calls", "function_call");

    private final String usual;
    private final ReplyNotes notes;
    private boolean hasContent;
    private boolean isFinished;

    private ChatForm(String usual, ReplyNotes notes) {
        this.usual = usual;
        this.notes = notes;
    }

    static ChatForm ofWhole(ReplyNotes notes) {
        return new ChatForm(MESSAGE, notes);
    }

    static ChatForm ofChunks(ReplyNotes notes) {
        return new ChatForm(DELTA, notes);
    }

    /** Changes a reply or the next chunk of one. */
    void apply(JsonNode given) {
        if (!(given instanceof ObjectNode reply) || !reply.path(CHOICES).isContainerNode()) {
            return;
        }
        ArrayNode choices = JsonNodeFactory.instance.arrayNode();
        listed(reply.path(CHOICES)).forEach(choice -> choices.add(choice(choice)));
        reply.set(CHOICES, choices);
        isFinished |= choices.valueStream()
                .anyMatch(choice -> !ChatFinish.word(choice, choice.path(usual), notes.apart())
                        .isEmpty());
    }

    private List<JsonNode> listed(JsonNode choices) {
        if (choices.isArray()) {
            return choices.valueStream().toList();
        }
        notes.add("the choices came without a list");
        boolean isOne = choices.has(MESSAGE)
                || choices.has(DELTA)
                || !choices.valueStream().allMatch(JsonNode::isObject);
        return isOne ? List.of(choices) : choices.valueStream().toList();
    }

    private JsonNode choice(JsonNode given) {
        if (given.isTextual()) {
            notes.add("a choice came as a text");
            ObjectNode choice = JsonNodeFactory.instance.objectNode();
            choice.putObject(usual).put(CONTENT, given.asText());
            return choice;
        }
        if (given instanceof ObjectNode choice) {
            boolean hasMessage = unwrap(choice, MESSAGE);
            boolean hasDelta = unwrap(choice, DELTA);
            if (!hasMessage && !hasDelta) {
                flatten(choice);
            }
            if (!says(choice.path(MESSAGE)) && !says(choice.path(DELTA)) && isText(choice.path(TEXT))) {
                ObjectNode place = choice.path(usual) instanceof ObjectNode found ? found : choice.putObject(usual);
                place.set(TEXT, choice.remove(TEXT));
            }
            place(choice.path(MESSAGE));
            place(choice.path(DELTA));
        }
        return given;
    }

    /** Makes an object of a message; returns whether there is one. */
    private boolean unwrap(ObjectNode choice, String name) {
        JsonNode given = choice.path(name);
        if (isText(given)) {
            notes.add("a message came as a text");
            choice.putObject(name).put(CONTENT, given.asText());
        } else if (given.isArray() && !given.isEmpty()) {
            notes.add("a message came as a list of parts");
            choice.putObject(name).set(CONTENT, given);
        } else if (given.path(MESSAGE).isObject() && !holds(given.path(CONTENT))) {
            notes.add("a message stood in a message");
            choice.set(name, given.path(MESSAGE));
        }
        return choice.path(name).isObject();
    }

    /**
     * Takes the members of a choice that has no message for those of its message. Behind the end of an answer those of
     * unknown names are none: filters and counters send theirs there.
     */
    private void flatten(ObjectNode choice) {
        if (isFinished
                && choice.properties().stream()
                        .noneMatch(field -> OUTPUT.contains(field.getKey()) || PLACES.contains(field.getKey()))) {
            return;
        }
        ObjectNode message = JsonNodeFactory.instance.objectNode();
        choice.properties().stream()
                .filter(ChatForm::isOutput)
                .filter(field ->
                        !field.getKey().equals(MESSAGE) && !field.getKey().equals(DELTA))
                .forEach(field -> message.set(field.getKey(), field.getValue()));
        if (!message.isEmpty()) {
            notes.add("a choice had no message, and was read as one");
            choice.set(usual, message);
        }
    }

    private void place(JsonNode given) {
        if (!(given instanceof ObjectNode message)) {
            return;
        }
        hasContent |= holds(message.path(CONTENT));
        if (hasContent) {
            return; // else a text that is said again would be doubled
        }
        for (String name : PLACES) {
            JsonNode text = message.path(name);
            if (isText(text) || (text.isArray() && !text.isEmpty())) {
                notes.add("the text of a message stood in '" + name + "'");
                message.set(CONTENT, message.remove(name));
                return;
            }
        }
    }

    /** Whether a message has a member that is not known to be no output, and holds something that may be a text. */
    static boolean says(JsonNode message) {
        return message.properties().stream().anyMatch(ChatForm::isOutput);
    }

    /** Whether a member of a message is neither known to be no output nor without any text. */
    static boolean isOutput(Map.Entry<String, JsonNode> member) {
        JsonNode value = member.getValue();
        return !NO_OUTPUT.contains(member.getKey()) && (value.isContainerNode() ? !value.isEmpty() : isText(value));
    }

    private static boolean isText(JsonNode value) {
        return value.isTextual() && !value.asText().isEmpty();
    }

    private static boolean holds(JsonNode value) {
        return value.isContainerNode()
                ? !value.isEmpty()
                : !value.isNull() && !value.asText("").isEmpty();
    }
}
