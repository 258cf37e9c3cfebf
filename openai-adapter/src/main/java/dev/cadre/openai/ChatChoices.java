// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

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
        if (answers.size() == 2 && areParts(answers.getFirst(), answers.getLast())) {
            notes.add("the text and the tool calls stood in choices of their own");
            return Optional.of(joined(answers.getFirst(), answers.getLast(), choices));
        }
        return Optional.empty();
    }

    private static boolean isSame(JsonNode one, JsonNode other) {
        return one.path(MESSAGE).equals(other.path(MESSAGE));
    }

    private static boolean areParts(JsonNode one, JsonNode other) {
        boolean firstCalls = hasCalls(one);
        JsonNode calling = firstCalls ? one : other;
        JsonNode telling = firstCalls ? other : one;
        return hasCalls(calling)
                && !hasCalls(telling)
                && calling.path(MESSAGE).path("content").asText("").isEmpty();
    }

    private static boolean hasCalls(JsonNode choice) {
        return !choice.path(MESSAGE).path(CALLS).isEmpty();
    }

    private static JsonNode joined(JsonNode one, JsonNode other, JsonNode choices) {
        ObjectNode message = JsonNodeFactory.instance.objectNode();
        for (JsonNode part : List.of(one, other)) {
            part.path(MESSAGE).properties().stream()
                    .filter(ChatForm::isOutput)
                    .forEach(field -> message.set(field.getKey(), field.getValue()));
        }
        ObjectNode joined = (hasCalls(one) ? one : other).deepCopy();
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
