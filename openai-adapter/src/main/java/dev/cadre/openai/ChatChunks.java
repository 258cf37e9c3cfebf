// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cadre.model.TokenUsage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Joins the chunks of a streamed chat completion into what would have come whole. */
final class ChatChunks {
    private static final String CONTENT = "content";
    private static final String DETAILS = "reasoning_details";
    private static final String TEXT = "text";

    /** What a delta may have beside output. */
    private static final Set<String> NO_OUTPUT = Set.of("role", "finish_reason", "native_finish_reason", "stop_reason");

    private final ObjectNode whole = JsonNodeFactory.instance.objectNode();
    private final Map<String, StringBuilder> texts = new LinkedHashMap<>();
    private final ChatParts parts = new ChatParts();
    private final ChatParts details = new ChatParts();
    private final ChatCallPieces calls;
    private final ChatCallPieces olderCalls;
    private final ReplyNotes notes;
    private String finish = "";
    private boolean produced;
    private boolean wroteBeforeFinish;
    private boolean wroteBehindFinish;
    private boolean endsAlone;
    private int index = -1;
    private long tokens = -1;

    /** @param tools the names that a call may have */
    ChatChunks(Set<String> tools, ReplyNotes notes) {
        calls = new ChatCallPieces(tools, notes);
        olderCalls = new ChatCallPieces(tools, notes);
        this.notes = notes;
        for (String name : new String[] {CONTENT, "refusal", "reasoning_content", "reasoning"}) {
            texts.put(name, new StringBuilder());
        }
    }

    /** Takes a chunk; returns the piece of text in it, which may be empty. */
    String add(JsonNode chunk) {
        keep(chunk, "model");
        keep(chunk, "service_tier");
        usage(chunk.path("usage"));
        usage(chunk.path("x_groq").path("usage"));
        var piece = new StringBuilder();
        for (JsonNode choice : chunk.path("choices")) {
            index = index < 0 ? choice.path("index").asInt(0) : index;
            if (choice.path("index").asInt(0) == index) { // the others are other answers
                piece.append(choice(choice));
            }
        }
        return piece.toString();
    }

    /** Whether there is anything beside the role, under whatever name: reasoning has several. */
    private static boolean holdsOutput(JsonNode delta) {
        return delta.properties().stream()
                .filter(field -> !NO_OUTPUT.contains(field.getKey()))
                .map(Map.Entry::getValue)
                .anyMatch(value -> value.isContainerNode()
                        ? !value.isEmpty()
                        : !value.asText("").isEmpty());
    }

    private void keep(JsonNode chunk, String name) {
        if (chunk.hasNonNull(name)) {
            whole.set(name, chunk.get(name));
        }
    }

    /** Some servers count in each chunk, and some send zeros in the last: the largest count is that of all. */
    private void usage(JsonNode usage) {
        if (!usage.isObject()) {
            return;
        }
        TokenUsage read = UsageReader.read(usage, notes.apart());
        long count = read == null ? -1 : read.totalTokens();
        if (count >= tokens) {
            tokens = count;
            whole.set("usage", usage);
        } else {
            notes.add("a later usage with fewer tokens was left out");
        }
    }

    private String choice(JsonNode choice) {
        usage(choice.path("usage"));
        JsonNode delta = choice.path("delta").isObject() ? choice.path("delta") : choice.path("message");
        String word = ChatFinish.word(choice, delta, notes);
        boolean writes = holdsOutput(delta);
        produced |= writes;
        wroteBehindFinish |= writes && !finish.isEmpty();
        wroteBeforeFinish |= writes && word.isEmpty();
        endsAlone |= !word.isEmpty() && (!writes || wroteBeforeFinish);
        finish(word);
        for (String name : texts.keySet()) {
            if (delta.path(name).isTextual() && !name.equals(CONTENT)) {
                append(name, delta.path(name).asText());
            }
        }
        delta.path(DETAILS).forEach(details::add);
        keepExtra(delta, "extra_content");
        calls(delta.path("tool_calls"));
        if (delta.path("function_call").isObject()) {
            olderCalls.add(List.of(delta.path("function_call")));
        }
        return content(delta.path(CONTENT));
    }

    private void calls(JsonNode given) {
        List<JsonNode> pieces = ChatCalls.listed(given);
        if (!pieces.isEmpty() && !given.isArray()) {
            notes.add("the tool calls came without a list");
        }
        calls.add(pieces);
    }

    /** A later chunk may have none, an empty one or another: that the answer was cut stays true. */
    private void finish(String later) {
        boolean isKnown = ChatFinish.of(later) != ChatFinish.UNKNOWN;
        if (!later.isEmpty() && !ChatFinish.of(finish).isCut() && (isKnown || finish.isEmpty())) {
            finish = later;
        }
    }

    private String content(JsonNode content) {
        if (content.isArray()) {
            var piece = new StringBuilder();
            content.forEach(part -> piece.append(part(part)));
            return piece.toString();
        }
        if (content.isObject() && ChatContent.isThought(content.path("type").asText(""))) {
            return part(content);
        }
        String piece = content.isObject() ? content.toString() : content.asText("");
        if (content.isNull() || piece.isEmpty()) {
            return "";
        }
        append(CONTENT, piece);
        if (!parts.isEmpty()) {
            parts.addText(piece);
        }
        return piece;
    }

    private String part(JsonNode part) {
        if (parts.isEmpty() && !text(CONTENT).isEmpty()) {
            parts.addText(text(CONTENT));
        }
        if (part.isTextual()) {
            parts.addText(part.asText());
        } else {
            parts.add(part);
        }
        if (ChatContent.isThought(parts.lastType())) {
            return "";
        }
        String piece = part.isTextual() ? part.asText() : part.path(TEXT).asText("");
        append(CONTENT, piece);
        return piece;
    }

    private void keepExtra(JsonNode delta, String name) {
        if (delta.hasNonNull(name)) {
            whole.set(name, delta.get(name));
        }
    }

    private void append(String name, String text) {
        texts.getOrDefault(name, new StringBuilder()).append(text);
    }

    private String text(String name) {
        return String.valueOf(texts.get(name));
    }

    /** Whether nothing has come yet that the provider would bill, reasoning included. */
    boolean isEmpty() {
        return !produced;
    }

    /** Whether the server said why the model stopped, and nothing was written behind that: then nothing is missing. */
    boolean isFinished() {
        return ChatFinish.of(finish) != ChatFinish.UNKNOWN && !wroteBehindFinish;
    }

    /** Whether the model stopped because the server gave up. */
    boolean isBroken() {
        return ChatFinish.of(finish) == ChatFinish.BROKEN;
    }

    /** Whether a server that is finished says so at the end, not with every chunk. */
    boolean isAtItsEnd() {
        return isFinished() && endsAlone;
    }

    boolean hasUsage() {
        return tokens >= 0;
    }

    /**
     * The whole reply, or empty if the stream did not say why the model stopped: then some of it may be missing.
     *
     * @param endSaid whether the server said that nothing is missing
     */
    Optional<JsonNode> joined(boolean endSaid) {
        if (finish.isEmpty() && !endSaid) {
            return Optional.empty();
        }
        ObjectNode choice = whole.putArray("choices").addObject().put("finish_reason", finish);
        ObjectNode message = choice.putObject("message");
        texts.forEach((name, text) -> {
            if (!text.isEmpty()) {
                message.put(name, text.toString());
            }
        });
        if (!parts.isEmpty()) {
            message.set(CONTENT, parts.joined());
        }
        if (!details.isEmpty()) {
            message.set(DETAILS, details.joined());
        }
        if (whole.has("extra_content")) {
            message.set("extra_content", whole.get("extra_content"));
        }
        if (calls.isEmpty() && !olderCalls.isEmpty()) {
            notes.add("a tool call came in the form of older servers");
            message.set("tool_calls", olderCalls.joined());
        } else {
            message.set("tool_calls", calls.joined());
        }
        return Optional.of(whole);
    }
}
