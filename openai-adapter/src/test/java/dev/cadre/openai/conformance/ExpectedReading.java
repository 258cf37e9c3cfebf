// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.conformance;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cadre.model.Finish;
import dev.cadre.model.TokenUsage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a recorded body says, read without any of the code under test.
 *
 * @param failure why there is no answer; empty if there is one
 * @param pieces the text as it was streamed, which some recordings shorten
 * @param calls each as name and arguments
 * @param usage null if no price can be told from it
 */
record ExpectedReading(
        String failure,
        String text,
        String pieces,
        List<String> calls,
        Finish finish,
        @Nullable TokenUsage usage) {
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final Pattern THINKING =
            Pattern.compile("\\A(\\s*<(think|reasoning)>.*?</\\2>\\s*)+", Pattern.DOTALL);

    static ExpectedReading of(RecordedReply reply) {
        try {
            return read(reply);
        } catch (JsonProcessingException e) {
            return failed("broken JSON");
        }
    }

    private static ExpectedReading read(RecordedReply reply) throws JsonProcessingException {
        boolean isChat = reply.kind().equals("chat");
        String body = new String(reply.body(), StandardCharsets.UTF_8);
        if (!reply.isStream()) {
            JsonNode whole = MAPPER.readTree(body);
            boolean isCompletion = isChat || whole.has("choices"); // one was given where a response was asked for
            return isCompletion ? chat(whole, List.of(whole.path("usage")), reply.wantsJson()) : responses(whole);
        }
        List<JsonNode> events = events(body);
        return isChat ? joined(events, reply.wantsJson()) : lastOf(events);
    }

    private static ExpectedReading failed(String why) {
        return new ExpectedReading(why, "", "", List.of(), Finish.COMPLETE, null);
    }

    private static List<JsonNode> events(String body) throws JsonProcessingException {
        var events = new ArrayList<JsonNode>();
        String plain = body.startsWith("\ufeff") ? body.substring(1) : body;
        for (String block : plain.replace("\r\n", "\n").replace('\r', '\n').split("\n\n+")) {
            var data = new StringBuilder();
            for (String line : block.split("\n")) {
                if (line.startsWith("data:")) {
                    data.append(data.isEmpty() ? "" : "\n")
                            .append(line.substring(5).strip());
                }
            }
            if (data.toString().startsWith("{")) {
                events.add(MAPPER.readTree(data.toString()));
            }
        }
        return events;
    }

    // ---- Chat Completions

    private static ExpectedReading joined(List<JsonNode> chunks, boolean wantsJson) {
        var message = JsonNodeFactory.instance.objectNode();
        var text = new StringBuilder();
        var refusal = new StringBuilder();
        var reasoning = new StringBuilder();
        Map<Integer, ObjectNode> calls = new LinkedHashMap<>();
        var usages = new ArrayList<JsonNode>();
        String reason = "";
        for (JsonNode chunk : chunks) {
            if (chunk.hasNonNull("error")) {
                return failed("an error in the stream");
            }
            usages.add(chunk.path("usage"));
            usages.add(chunk.path("x_groq").path("usage"));
            for (JsonNode choice : chunk.path("choices")) {
                if (choice.path("index").asInt(0) != 0) {
                    continue;
                }
                usages.add(choice.path("usage"));
                String said = choice.path("finish_reason").asText("");
                reason = said.isEmpty() || said.equals("null") ? reason : said;
                JsonNode delta = choice.path("delta");
                text.append(answer(delta.path("content")));
                reasoning.append(thoughts(delta));
                refusal.append(string(delta.path("refusal")));
                delta.path("tool_calls").forEach(part -> add(calls, part));
            }
        }
        message.put("content", text.toString());
        message.put("refusal", refusal.toString());
        message.put("reasoning", reasoning.toString());
        ArrayNode array = message.putArray("tool_calls");
        calls.values().forEach(array::add);
        var whole = JsonNodeFactory.instance.objectNode();
        whole.putArray("choices").addObject().put("finish_reason", reason).set("message", message);
        return chat(whole, usages, wantsJson);
    }

    private static void add(Map<Integer, ObjectNode> calls, JsonNode part) {
        int index = part.path("index").asInt(0);
        ObjectNode call = calls.get(index);
        String id = string(part.path("id"));
        if (call != null && !id.isEmpty() && !id.equals(call.path("id").asText())) {
            calls.put(-calls.size() - 1, call); // another call under the same index
            call = null;
        }
        if (call == null) {
            call = JsonNodeFactory.instance.objectNode().put("id", id);
            call.putObject("function").put("name", "").put("arguments", "");
            calls.remove(index);
            calls.put(index, call);
        }
        ObjectNode function = (ObjectNode) call.get("function");
        String name = string(part.path("function").path("name"));
        if (!name.isEmpty()) {
            function.put("name", name);
        }
        function.put(
                "arguments",
                function.path("arguments").asText()
                        + string(part.path("function").path("arguments")));
    }

    private static ExpectedReading chat(JsonNode reply, List<JsonNode> usages, boolean wantsJson) {
        if (reply.hasNonNull("error")) {
            return failed("an error in the reply");
        }
        JsonNode choice = reply.path("choices").path(0);
        JsonNode message = choice.path("message");
        if (!message.isObject()) {
            return failed("no message");
        }
        var calls = new ArrayList<String>();
        for (JsonNode call : message.path("tool_calls")) {
            calls.add(call(call.path("function")));
        }
        if (calls.isEmpty()
                && !string(message.path("function_call").path("name")).isEmpty()) {
            calls.add(call(message.path("function_call")));
        }
        String refusal = string(message.path("refusal"));
        String full = answer(message.path("content"));
        String text = wantsJson ? THINKING.matcher(full).replaceFirst("") : full;
        Finish finish = refusal.isEmpty() ? finish(choice.path("finish_reason").asText(""), calls) : Finish.REFUSED;
        boolean onlyThought = text.isEmpty() && !(full + thoughts(message)).isEmpty();
        if (finish == Finish.COMPLETE && onlyThought) {
            return failed("an answer in the reasoning alone");
        }
        TokenUsage usage = null;
        for (JsonNode each : usages) {
            usage = larger(usage, usage(each));
        }
        return new ExpectedReading(
                "",
                refusal.isEmpty() ? text : refusal,
                text,
                finish == Finish.TOOL_CALLS ? calls : List.of(),
                finish,
                usage != null && usage.outputTokens() == 0 && !(full + calls).equals("[]") ? null : usage);
    }

    private static String call(JsonNode function) {
        JsonNode arguments = function.path("arguments");
        return function.path("name").asText() + " "
                + canonical(arguments.isObject() ? arguments.toString() : string(arguments));
    }

    static String canonical(String arguments) {
        try {
            return arguments.isBlank() ? "" : MAPPER.readTree(arguments).toString();
        } catch (JsonProcessingException e) {
            return arguments;
        }
    }

    private static String answer(JsonNode content) {
        if (content.isObject()) {
            return content.toString();
        }
        if (!content.isArray()) {
            return string(content);
        }
        var text = new StringBuilder();
        content.forEach(part -> text.append(part.isTextual() ? part.asText() : string(part.path("text"))));
        return text.toString();
    }

    private static String thoughts(JsonNode message) {
        var thoughts = new StringBuilder(string(message.path("reasoning_content")) + string(message.path("reasoning")));
        message.path("content").forEach(part -> thoughts.append(part.has("thinking") ? "thinking" : ""));
        return thoughts.toString();
    }

    private static Finish finish(String reason, List<String> calls) {
        return switch (reason.toLowerCase(Locale.ROOT)) {
            case "length", "max_tokens" -> Finish.TRUNCATED;
            case "content_filter", "safety" -> Finish.FILTERED;
            default -> calls.isEmpty() ? Finish.COMPLETE : Finish.TOOL_CALLS;
        };
    }

    // ---- the Responses API

    private static ExpectedReading lastOf(List<JsonNode> events) {
        var commentary = new HashSet<Long>();
        var streamed = new StringBuilder();
        for (JsonNode event : events) {
            String type = event.path("type").asText();
            if (type.matches("response\\.(completed|incomplete|failed)")) {
                ExpectedReading last = responses(event.path("response"));
                return new ExpectedReading(
                        last.failure(), last.text(), streamed.toString(), last.calls(), last.finish(), last.usage());
            }
            if (event.path("item").path("phase").asText("").equals("commentary")) {
                commentary.add(event.path("output_index").asLong());
            }
            if (type.equals("response.output_text.delta")
                    && !commentary.contains(event.path("output_index").asLong())) {
                streamed.append(event.path("delta").asText());
            }
            if (type.equals("error") || event.hasNonNull("error")) {
                return failed("an error in the stream");
            }
        }
        return failed("no last event");
    }

    private static ExpectedReading responses(JsonNode reply) {
        String status = reply.path("status").asText("");
        if (!status.equals("completed") && !status.equals("incomplete")) {
            return failed("the status '" + status + "'");
        }
        var text = new StringBuilder();
        var refusal = new StringBuilder();
        var calls = new ArrayList<String>();
        for (JsonNode item : reply.path("output")) {
            switch (item.path("type").asText()) {
                case "message" -> {
                    if (!item.path("phase").asText("").equals("commentary")) {
                        item.path("content").forEach(part -> {
                            text.append(string(part.path("text")));
                            refusal.append(string(part.path("refusal")));
                        });
                    }
                }
                case "function_call" -> calls.add(call(item));
                case "computer_call", "mcp_approval_request" ->
                    calls.add(item.path("type").asText());
                default -> {}
            }
        }
        boolean isWhole = status.equals("completed");
        boolean refused = isWhole && !refusal.isEmpty();
        boolean filtered =
                reply.path("incomplete_details").path("reason").asText().equals("content_filter");
        Finish cut = filtered ? Finish.FILTERED : Finish.TRUNCATED;
        Finish whole = refused ? Finish.REFUSED : calls.isEmpty() ? Finish.COMPLETE : Finish.TOOL_CALLS;
        TokenUsage usage = usage(reply.path("usage"));
        boolean written = !text.isEmpty() || !calls.isEmpty();
        return new ExpectedReading(
                "",
                refused ? refusal.toString() : text.toString(),
                text.toString(),
                isWhole && !refused ? calls : List.of(),
                isWhole ? whole : cut,
                usage != null && usage.outputTokens() == 0 && written ? null : usage);
    }

    // ---- usage

    private static @Nullable TokenUsage larger(@Nullable TokenUsage one, @Nullable TokenUsage other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return other.totalTokens() >= one.totalTokens() ? other : one;
    }

    private static @Nullable TokenUsage usage(JsonNode usage) {
        JsonNode in = either(usage, "prompt_tokens_details", "input_tokens_details");
        JsonNode out = either(usage, "completion_tokens_details", "output_tokens_details");
        if (in.path("audio_tokens").asLong(0) + out.path("audio_tokens").asLong(0) > 0) {
            return null; // nobody knows their price
        }
        long input = either(usage, "prompt_tokens", "input_tokens").asLong(0);
        long output = either(usage, "completion_tokens", "output_tokens").asLong(0);
        long total = usage.path("total_tokens").asLong(0);
        long reasoning = out.path("reasoning_tokens").asLong(0);
        long written = in.path("cache_write_tokens")
                .asLong(usage.path("cache_creation_input_tokens").asLong(0));
        long cached = in.path("cached_tokens").asLong(0);
        for (String name :
                List.of("cached_tokens", "num_cached_tokens", "prompt_cache_hit_tokens", "cache_read_input_tokens")) {
            cached = cached == 0 ? usage.path(name).asLong(0) : cached;
        }
        output = Math.max(output, total - input);
        output += reasoning > output ? reasoning : 0;
        if (input == 0) {
            return null;
        }
        long all = cached + written > input ? input + cached : input;
        return new TokenUsage(all, cached, written, output, reasoning);
    }

    private static JsonNode either(JsonNode node, String name, String other) {
        return node.hasNonNull(name) ? node.path(name) : node.path(other);
    }

    private static String string(JsonNode node) {
        return node.isTextual() ? node.asText() : "";
    }
}
