// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.stream.StreamSupport;

/** The role of the instructions in Chat Completions, for which the templates of some models have no place. */
final class SystemRole {
    private static final String BETWEEN = "\n\n";

    private SystemRole() {}

    /** Puts the instructions before the first turn of the user; says whether they stood in a role of their own. */
    static boolean removeFrom(ObjectNode body) {
        if (!(body.path("messages") instanceof ArrayNode messages)
                || !messages.path(0).path("role").asText("").equals("system")) {
            return false;
        }
        Optional<ObjectNode> user = StreamSupport.stream(messages.spliterator(), false)
                .filter(message -> message.path("role").asText("").equals("user"))
                .map(ObjectNode.class::cast)
                .findFirst();
        user.ifPresent(message -> put(messages.path(0).path("content").asText("") + BETWEEN, message));
        if (user.isPresent()) {
            messages.remove(0);
        }
        return user.isPresent();
    }

    private static void put(String instructions, ObjectNode message) {
        JsonNode content = message.path("content");
        if (content instanceof ArrayNode parts) {
            parts.insertObject(0).put("type", "text").put("text", instructions);
        } else {
            message.put("content", instructions + content.asText(""));
        }
    }
}
