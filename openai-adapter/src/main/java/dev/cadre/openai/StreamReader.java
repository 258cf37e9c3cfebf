// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.openai.core.JsonValue;
import com.openai.models.responses.Response;
import dev.cadre.model.ModelRequest;
import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Reads a stream of events up to the one that holds the whole reply; a stream without it is a failure. */
final class StreamReader {
    private static final ObjectReader REPLY = ServerJson.MAPPER.readerFor(Response.class);
    private static final String OUTPUT = "output";
    private static final String INDEX = "output_index";

    /** The events that come with work which the provider would bill, reasoning included. */
    private static final Set<String> OUTPUT_TYPES = Set.of(
            "response.output_item.added",
            "response.content_part.added",
            "response.output_text.delta",
            "response.refusal.delta",
            "response.function_call_arguments.delta",
            "response.reasoning_text.delta",
            "response.reasoning_summary_part.added",
            "response.reasoning_summary_text.delta");

    private final String model;
    private final ResponseForm form;
    private final StringBuilder streamed = new StringBuilder();
    private final LimitHeaders headers;
    private final Failures failures;
    private final ReplyNotes notes;
    private final Consumer<String> text;

    private final Set<Long> commentary = new HashSet<>();
    private final Map<Long, JsonNode> items = new TreeMap<>();
    private final Repeats repeats = new Repeats();
    private boolean worked;

    StreamReader(
            ModelRequest request, LimitHeaders headers, Failures failures, ReplyNotes notes, Consumer<String> text) {
        model = request.model();
        form = new ResponseForm(request, notes);
        this.headers = headers;
        this.failures = failures;
        this.notes = notes;
        this.text = text;
    }

    Response read(ServerEvents events) throws IOException {
        long count = 0;
        for (Optional<ObjectNode> next = events.next(); next.isPresent(); next = events.next()) {
            ObjectNode event = next.get();
            count++;
            String type = event.path("type").asText();
            boolean repeated = repeats.isRepeated(event);
            worked |= OUTPUT_TYPES.contains(type);
            switch (type) {
                case "response.completed", "response.incomplete", "response.failed" -> {
                    return last(event.path("response"));
                }
                case "response.done" -> {
                    notes.add("the last event had a name that is no part of the API");
                    return last(event.path("response"));
                }
                case "response.output_item.added" -> begun(event);
                case "response.output_item.done" -> items.put(place(event), event.path("item"));
                case "response.output_text.delta" -> pass(event, "delta", repeated);
                case "response.output_text.done" -> whole(event);
                case "response.function_call_arguments.delta", "response.function_call_arguments.done" ->
                    arguments(event);
                default -> failIfError(event, type);
            }
        }
        throw failures.malformed(
                model,
                "the stream ended after %d events without the last one (content type %s)"
                        .formatted(count, headers.first("content-type").orElse("not given")),
                headers);
    }

    /** Whether the provider may have done some of the work, which it would bill. */
    boolean worked() {
        return worked;
    }

    private void failIfError(ObjectNode event, String type) {
        if (event.hasNonNull("error") || type.equals("error")) {
            JsonNode error = event.hasNonNull("error") ? event.get("error") : event;
            throw failures.inReply(model, ErrorBody.of(JsonValue.fromJsonNode(error)), headers, worked);
        }
    }

    /** Some servers leave the items out of the last event, which they have sent one by one. */
    private Response last(JsonNode reply) throws IOException {
        if (!(reply instanceof ObjectNode whole)) {
            throw failures.malformed(model, "the last event holds no reply", headers);
        }
        if (whole.path(OUTPUT).isEmpty() && !items.isEmpty()) {
            notes.add("the last event has no output: it was taken from the events before");
            whole.putArray(OUTPUT).addAll(items.values());
        }
        form.apply(whole, streamed.toString());
        return REPLY.readValue(whole);
    }

    /** The place of an item in the output; behind all others if a server does not say it. */
    private long place(JsonNode event) {
        JsonNode index = event.path(INDEX);
        return index.isIntegralNumber() ? index.asLong() : Integer.MAX_VALUE + (long) items.size();
    }

    /** The arguments of a call whose item does not come whole. */
    private void arguments(JsonNode event) {
        if (items.get(place(event)) instanceof ObjectNode call
                && call.path("type").asText().equals("function_call")) {
            JsonNode whole = event.path("arguments");
            String before = call.path("arguments").asText("");
            if (whole.isMissingNode()) {
                call.put("arguments", before + event.path("delta").asText(""));
            } else {
                call.set("arguments", whole);
            }
        }
    }

    /** Some servers send a text only when it is whole. */
    private void whole(ObjectNode event) {
        if (streamed.isEmpty()) {
            pass(event, "text", false);
        }
    }

    private void begun(JsonNode event) {
        JsonNode item = event.path("item");
        if (event.path(INDEX).isIntegralNumber()) {
            items.putIfAbsent(place(event), item);
        }
        if (item.path("type").asText().equals("message")
                && item.path("phase").asText().equals("commentary")) {
            commentary.add(event.path(INDEX).asLong(-1));
        }
    }

    private void pass(ObjectNode event, String member, boolean repeated) {
        if (repeated) {
            notes.add("an event that was delivered twice was read once");
        } else if (!commentary.contains(event.path(INDEX).asLong(-1))) {
            String delta = event.path(member).asText("");
            if (!delta.isEmpty()) {
                streamed.append(delta);
                text.accept(delta);
            }
        }
    }

    /**
     * Finds an event that was delivered twice: the same as the one before, number included, where numbers rise. A number
     * alone proves nothing, because some servers give every event the same or begin anew.
     */
    private static final class Repeats {
        private static final String NUMBER = "sequence_number";

        private ObjectNode last = JsonNodeFactory.instance.objectNode();
        private boolean rose;
        private boolean broken;

        /** Takes the next event; returns whether it is the last one again. */
        boolean isRepeated(ObjectNode event) {
            boolean same = event.equals(last);
            if (last.path(NUMBER).isIntegralNumber() && !same) {
                boolean rises =
                        event.path(NUMBER).asLong(-1) > last.path(NUMBER).asLong();
                rose |= rises;
                broken |= !rises;
            }
            last = event;
            return same && rose && !broken;
        }
    }
}
