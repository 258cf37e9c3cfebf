// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Locale;
import java.util.Set;

/** The status of a reply: of all that is said about its end, the worst counts. */
final class ResponseStatus {
    static final String COMPLETED = "completed";
    static final String FAILED = "failed";

    private static final String INCOMPLETE = "incomplete";
    private static final String STATUS = "status";
    private static final String ERROR = "error";
    private static final Set<String> ENDS = Set.of(COMPLETED, INCOMPLETE, FAILED, "cancelled");
    private static final Set<String> OPEN = Set.of("in_progress", "queued");
    private static final Set<String> SAYS_NOTHING = Set.of("", "0", "false", "null", "none");

    private final ObjectNode reply;
    private final ReplyNotes notes;

    private ResponseStatus(ObjectNode reply, ReplyNotes notes) {
        this.reply = reply;
        this.notes = notes;
    }

    /**
     * Sets the status that the reader sees.
     *
     * @param items the output
     * @param hasAnswer whether there is a text, a refusal or a call in it
     * @param event what the name of the last event says; empty if there is no such event, or it says nothing
     */
    static void settle(ObjectNode reply, ArrayNode items, boolean hasAnswer, String event, ReplyNotes notes) {
        var status = new ResponseStatus(reply, notes);
        status.name(hasAnswer, event);
        status.compare(event);
        status.look(items);
    }

    /** Whether a status says that a part was broken off. */
    static boolean isCut(String status) {
        return plain(status).equals(INCOMPLETE);
    }

    /** Whether a status says that a part is not at its end. */
    static boolean isOpen(String status) {
        return OPEN.contains(plain(status));
    }

    /** Whether the member for an error holds one: some servers always send an empty one. */
    static boolean isError(JsonNode error) {
        if (error.isContainerNode()) {
            return error.valueStream()
                    .anyMatch(member -> member.isContainerNode()
                            ? !member.isEmpty()
                            : !SAYS_NOTHING.contains(plain(member.asText())));
        }
        return !error.isMissingNode() && !SAYS_NOTHING.contains(plain(error.asText()));
    }

    private static String plain(String status) {
        return status.strip().toLowerCase(Locale.ROOT);
    }

    private String said() {
        return reply.path(STATUS).asText("");
    }

    private void name(boolean hasAnswer, String event) {
        String said = reply.hasNonNull(STATUS) ? said() : "";
        String plain = plain(said);
        if (plain.isEmpty() && !isError(reply.path(ERROR)) && (hasAnswer || !event.isEmpty())) {
            notes.add("the reply had no status");
            reply.put(STATUS, event.isEmpty() ? COMPLETED : event);
        } else if (!plain.equals(said) && ENDS.contains(plain)) {
            notes.add("the status %s was read as '%s'".formatted(notes.quoted(said), plain));
            reply.put(STATUS, plain);
        }
    }

    private void compare(String event) {
        boolean isFailed = event.equals(FAILED) && (said().equals(COMPLETED) || said().equals(INCOMPLETE));
        boolean isCut = event.equals(INCOMPLETE) && said().equals(COMPLETED);
        if (isFailed || isCut || (!event.isEmpty() && isOpen(said()))) {
            notes.add("the last event and its status contradict one another");
            reply.put(STATUS, event.equals(FAILED) ? FAILED : INCOMPLETE);
        }
    }

    /** A reply that is not whole is not complete, whatever it calls itself. */
    private void look(ArrayNode items) {
        if (!said().equals(COMPLETED)) {
            return;
        }
        JsonNode error = reply.path(ERROR);
        boolean hasReason =
                !reply.path("incomplete_details").path("reason").asText("").isEmpty();
        if (isError(error)) {
            if (error.isTextual()) {
                reply.putObject(ERROR).put("message", error.asText());
            }
            notes.add("a reply with an error called itself completed");
            reply.put(STATUS, FAILED);
        } else if (hasReason || items.valueStream().anyMatch(ResponseStatus::isUnfinished)) {
            notes.add("a reply that is not whole called itself completed");
            reply.put(STATUS, INCOMPLETE);
        }
    }

    /** A call that is said to go on is whole if its arguments are: they end with their last bracket. */
    private static boolean isUnfinished(JsonNode item) {
        String status = item.path(STATUS).asText("");
        return switch (item.path("type").asText()) {
            case ResponseForm.MESSAGE -> isCut(status) || isOpen(status);
            case ResponseForm.CALL -> isCut(status) || (isOpen(status) && !hasArguments(item));
            default -> false;
        };
    }

    private static boolean hasArguments(JsonNode call) {
        JsonNode arguments = call.path("arguments");
        boolean isObject = CallArguments.isObject(arguments.asText(""));
        return isObject && !CallArguments.isEmpty(TextNode.valueOf(arguments.asText()));
    }
}
