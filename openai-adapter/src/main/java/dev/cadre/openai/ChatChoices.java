// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The one answer that a request asks for, of a reply that may have several choices: they are the same, or parts of it, or
 * nobody knows which of them is the answer.
 */
final class ChatChoices {
    static final String SEVERAL = "the reply has several answers, and one was asked for";

    private static final String MESSAGE = "message";
    private static final String FINISH = "finish_reason";
    private static final String CALLS = "tool_calls";

    private ChatChoices() {}

    /** The one choice; a missing node if there is none, and empty if there are several answers. */
    static Optional<JsonNode> one(JsonNode choices, ReplyNotes notes) {
        List<JsonNode> answers = choices.valueStream()
                .filter(choice -> ChatForm.says(choice.path(MESSAGE)))
                .toList();
        if (answers.isEmpty()) {
            JsonNode first = choices.path(0);
            return Optional.of(first);
        }
        JsonNode first = answers.getFirst();
        if (choices.size() == 1) {
            return Optional.of(first);
        }
        if (answers.stream().allMatch(answer -> isSame(answer, first))) {
            notes.add("the reply had several choices, and one answer in them");
            return Optional.of(withFinish(first, choices));
        }
        if (areParts(answers)) {
            notes.add("the text and the tool calls stood in choices of their own");
            return Optional.of(joined(answers, choices));
        }
        return Optional.empty();
    }

    private static boolean isSame(JsonNode one, JsonNode other) {
        return one.path(MESSAGE).equals(other.path(MESSAGE));
    }

    /**
     * Whether choices are parts of one answer: at most one has a text, at most one a thought, and each call its own id. Who
     * answers twice calls the same function twice in the same way.
     */
    private static boolean areParts(List<JsonNode> answers) {
        List<JsonNode> messages =
                answers.stream().map(answer -> answer.path(MESSAGE)).toList();
        List<String> ids = messages.stream()
                .flatMap(message -> message.path(CALLS).valueStream())
                .map(call -> call.path("id").asText(""))
                .toList();
        List<JsonNode> called = messages.stream().flatMap(ChatChoices::called).toList();
        return messages.stream().allMatch(message -> hasCalls(message) || isText(message) || isThought(message))
                && messages.stream().filter(ChatChoices::isText).count() <= 1
                && messages.stream().filter(ChatChoices::isThought).count() <= 1
                && !ids.contains("")
                && Set.copyOf(ids).size() == ids.size()
                && Set.copyOf(called).size() == called.size();
    }

    /** The functions that a choice calls, with their arguments, each once. */
    private static Stream<JsonNode> called(JsonNode message) {
        return message.path(CALLS)
                .valueStream()
                .map(call -> call.path("function"))
                .distinct();
    }

    private static boolean hasCalls(JsonNode message) {
        return message.path(CALLS).isArray() && !message.path(CALLS).isEmpty();
    }

    private static boolean isText(JsonNode message) {
        JsonNode content = message.path("content");
        return !content.asText("").isEmpty()
                || !content.isEmpty()
                || !message.path("refusal").asText("").isEmpty();
    }

    private static boolean isThought(JsonNode message) {
        return message.properties().stream().anyMatch(ChatContent::isThought);
    }

    private static JsonNode joined(List<JsonNode> answers, JsonNode choices) {
        ObjectNode message = JsonNodeFactory.instance.objectNode();
        ArrayNode calls = JsonNodeFactory.instance.arrayNode();
        for (JsonNode part : answers) {
            part.path(MESSAGE).properties().stream()
                    .filter(ChatForm::isOutput)
                    .forEach(field -> message.set(field.getKey(), field.getValue()));
            part.path(MESSAGE).path(CALLS).forEach(calls::add);
        }
        if (!calls.isEmpty()) {
            message.set(CALLS, calls);
        }
        ObjectNode joined = answers.stream()
                .filter(answer -> hasCalls(answer.path(MESSAGE)))
                .findFirst()
                .orElseGet(answers::getLast)
                .deepCopy();
        joined.set(MESSAGE, message);
        return withFinish(joined, choices);
    }

    /** A choice without a reason has that of another. */
    private static JsonNode withFinish(JsonNode choice, JsonNode choices) {
        if (choice.hasNonNull(FINISH) || !(choice instanceof ObjectNode object)) {
            return choice;
        }
        choices.valueStream()
                .map(other -> other.path(FINISH))
                .filter(reason -> !reason.isNull() && !reason.isMissingNode())
                .findFirst()
                .ifPresent(reason -> object.set(FINISH, reason));
        return object;
    }
}
