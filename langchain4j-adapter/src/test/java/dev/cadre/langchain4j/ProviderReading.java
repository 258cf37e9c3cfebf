// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.cadre.model.Finish;
import dev.cadre.model.TokenUsage;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A reply of Gemini or Claude, read from its body alone: what a client must make of it, after the providers' own
 * descriptions and without LangChain4j.
 */
record ProviderReading(
        String text,
        List<Call> calls,
        Finish finish,
        @Nullable TokenUsage usage) {
    record Call(String name, JsonNode arguments) {}

    static final ObjectMapper JSON = new ObjectMapper();

    static JsonNode parse(String body) {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException malformed) {
            return MissingNode.getInstance();
        }
    }

    /** The data of each event of a stream. */
    static List<JsonNode> events(String body) {
        return Stream.of(body.split("\r\n|\r|\n"))
                .filter(line -> line.startsWith("data:"))
                .map(line -> parse(line.substring("data:".length()).strip()))
                .filter(JsonNode::isObject)
                .toList();
    }

    /** Of the chunks of a reply of Gemini, which is one if it came whole. */
    static ProviderReading ofGemini(List<JsonNode> chunks) {
        var text = new StringBuilder();
        var calls = new ArrayList<Call>();
        String finish = "";
        JsonNode usage = MissingNode.getInstance();
        boolean blocked = false;
        for (JsonNode chunk : chunks) {
            JsonNode candidate = chunk.path("candidates").path(0);
            for (JsonNode part : candidate.path("content").path("parts")) {
                JsonNode call = part.path("functionCall");
                if (call.isObject()) {
                    JsonNode arguments = call.path("args");
                    calls.add(new Call(
                            call.path("name").asText(), arguments.isObject() ? arguments : JSON.createObjectNode()));
                } else if (!part.path("thought").asBoolean()) {
                    text.append(part.path("text").asText(""));
                }
            }
            finish = candidate.has("finishReason")
                    ? candidate.path("finishReason").asText()
                    : finish;
            usage = chunk.has("usageMetadata") ? chunk.path("usageMetadata") : usage;
            blocked |= chunk.path("promptFeedback").has("blockReason");
        }
        return new ProviderReading(
                text.toString(), calls, blocked ? Finish.FILTERED : ofGemini(finish, calls), geminiUsage(usage));
    }

    private static Finish ofGemini(String reason, List<Call> calls) {
        return switch (reason) {
            case "MAX_TOKENS", "2" -> Finish.TRUNCATED;
            case "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "LANGUAGE", "IMAGE_SAFETY" ->
                Finish.FILTERED;
            default -> calls.isEmpty() ? Finish.COMPLETE : Finish.TOOL_CALLS;
        };
    }

    /** Thoughts are billed as output beside the candidates, what tools of the provider read as input. */
    private static @Nullable TokenUsage geminiUsage(JsonNode usage) {
        if (!usage.has("promptTokenCount") && !usage.has("totalTokenCount")) {
            return null; // nothing bounds the input
        }
        long input = usage.path("promptTokenCount").asLong()
                + usage.path("toolUsePromptTokenCount").asLong();
        long thoughts = usage.path("thoughtsTokenCount").asLong();
        long output = usage.path("candidatesTokenCount").asLong() + thoughts;
        return new TokenUsage(input, usage.path("cachedContentTokenCount").asLong(), 0, output, thoughts);
    }

    static ProviderReading ofClaude(JsonNode message) {
        var text = new StringBuilder();
        var calls = new ArrayList<Call>();
        for (JsonNode block : message.path("content")) {
            switch (block.path("type").asText()) {
                case "text" -> text.append(block.path("text").asText());
                case "tool_use" -> calls.add(new Call(block.path("name").asText(), block.path("input")));
                default -> {}
            }
        }
        return new ProviderReading(
                text.toString(),
                calls,
                ofClaude(message.path("stop_reason").asText(), calls),
                claudeUsage(message.path("usage")));
    }

    static ProviderReading ofClaude(List<JsonNode> events) {
        var texts = new TreeMap<Integer, StringBuilder>();
        var names = new TreeMap<Integer, String>();
        var inputs = new TreeMap<Integer, JsonNode>();
        var arguments = new TreeMap<Integer, StringBuilder>();
        String stop = "";
        var usage = JSON.createObjectNode();
        for (JsonNode event : events) {
            if (event.path("type").asText().equals("message_stop")) {
                break; // some recordings hold several messages
            }
            int index = event.path("index").asInt();
            if (event.path("content_block").path("type").asText().equals("tool_use")) {
                names.put(index, event.path("content_block").path("name").asText());
                arguments.put(index, new StringBuilder());
                inputs.put(index, event.path("content_block").path("input"));
            }
            texts.computeIfAbsent(index, i -> new StringBuilder())
                    .append(event.path("content_block").path("text").asText(""))
                    .append(event.path("delta").path("text").asText(""));
            if (names.containsKey(index)) {
                arguments
                        .get(index)
                        .append(event.path("delta").path("partial_json").asText(""));
            }
            stop = event.path("delta").path("stop_reason").asText(stop);
            for (JsonNode part : List.of(event.path("message").path("usage"), event.path("usage"))) {
                part.properties().forEach(count -> usage.set(count.getKey(), count.getValue()));
            }
        }
        List<Call> calls = names.keySet().stream()
                .map(index -> new Call(
                        names.get(index),
                        arguments.get(index).isEmpty()
                                ? inputs.get(index)
                                : parse(arguments.get(index).toString())))
                .toList();
        return new ProviderReading(String.join("", texts.values()), calls, ofClaude(stop, calls), claudeUsage(usage));
    }

    private static Finish ofClaude(String reason, List<Call> calls) {
        return switch (reason) {
            case "max_tokens", "model_context_window_exceeded", "pause_turn" -> Finish.TRUNCATED;
            case "refusal" -> Finish.REFUSED;
            default -> calls.isEmpty() ? Finish.COMPLETE : Finish.TOOL_CALLS;
        };
    }

    private static TokenUsage claudeUsage(JsonNode usage) {
        long read = usage.path("cache_read_input_tokens").asLong();
        long written = usage.path("cache_creation_input_tokens").asLong();
        return new TokenUsage(
                usage.path("input_tokens").asLong() + read + written,
                read,
                written,
                usage.path("output_tokens").asLong(),
                0);
    }
}
