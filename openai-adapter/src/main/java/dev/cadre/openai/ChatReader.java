// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.core.JsonValue;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.ToolCall;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a whole chat completion as what it is on the wire: servers that resemble the provider leave parts of it out. */
final class ChatReader {
    private static final String AUDIO = "audio_tokens";

    private final ModelRequest request;
    private final LimitHeaders headers;
    private final Failures failures;

    ChatReader(ModelRequest request, LimitHeaders headers, Failures failures) {
        this.request = request;
        this.headers = headers;
        this.failures = failures;
    }

    /**
     * The reply.
     *
     * @throws dev.cadre.model.ModelException if it is a failure or no reply at all
     */
    ModelReply read(JsonNode reply) {
        if (reply.hasNonNull("error")) {
            var error = ErrorBody.of(JsonValue.fromJsonNode(reply.get("error")));
            boolean worked = reply.hasNonNull("usage") || !reply.path("choices").isEmpty();
            throw failures.inReply(request.model(), error, headers, worked);
        }
        JsonNode choice = reply.path("choices").path(0);
        JsonNode message = choice.path("message");
        if (!message.isObject()) {
            throw failures.malformed(request.model(), "the reply has no message", headers);
        }
        String refusal = message.path("refusal").asText("");
        boolean refused = message.hasNonNull("refusal") && !refusal.isEmpty();
        List<ToolCall> calls = calls(message.path("tool_calls"));
        var tier = BilledTier.of(reply.path("service_tier").asText(""), request.serviceTier());
        Finish finish = refused ? Finish.REFUSED : finish(choice.path("finish_reason"), calls);
        String content = message.hasNonNull("content") ? message.path("content").asText("") : "";
        String text = refused ? refusal : content;
        return new ModelReply(
                reply.hasNonNull("model") && !reply.path("model").asText().isBlank()
                        ? reply.path("model").asText()
                        : request.model(),
                text,
                finish == Finish.TOOL_CALLS ? calls : List.of(),
                finish,
                tier.isPriced()
                        ? UsageReader.of(usage(reply.path("usage")), !text.isEmpty() || !calls.isEmpty())
                        : null,
                tier.tier(),
                headers.limits(),
                "");
    }

    private Finish finish(JsonNode reason, List<ToolCall> calls) {
        return switch (reason.asText("")) {
            case "length" -> Finish.TRUNCATED;
            case "content_filter" -> Finish.FILTERED;
            // some servers say "stop" after a call, too
            case "stop", "tool_calls", "function_call" -> calls.isEmpty() ? Finish.COMPLETE : Finish.TOOL_CALLS;
            default ->
                throw failures.malformed(
                        request.model(), "the reply has the finish reason '" + reason.asText("") + "'", headers);
        };
    }

    private List<ToolCall> calls(JsonNode array) {
        var calls = new ArrayList<ToolCall>();
        for (JsonNode call : array) {
            String id = call.path("id").asText("");
            String name = call.path("function").path("name").asText("");
            if (id.isEmpty() || name.isEmpty()) {
                throw failures.malformed(request.model(), "a tool call has no id or no name", headers);
            }
            calls.add(new ToolCall(
                    id, name, call.path("function").path("arguments").asText("")));
        }
        return calls;
    }

    private static @Nullable TokenUsage usage(JsonNode usage) {
        long input = count(usage.path("prompt_tokens"), UsageReader.IMPOSSIBLE);
        long output = count(usage.path("completion_tokens"), UsageReader.IMPOSSIBLE);
        JsonNode read = usage.path("prompt_tokens_details");
        JsonNode written = usage.path("completion_tokens_details");
        if (count(read.path(AUDIO), 0) != 0 || count(written.path(AUDIO), 0) != 0) {
            return null; // nobody asked for sound, and the prices of text are not its prices
        }
        return UsageReader.checked(
                input,
                count(read.path("cached_tokens"), 0),
                count(read.path("cache_write_tokens"), 0),
                output,
                count(written.path("reasoning_tokens"), 0),
                count(usage.path("total_tokens"), input + output));
    }

    private static long count(JsonNode number, long ifAbsent) {
        if (number.isMissingNode() || number.isNull()) {
            return ifAbsent;
        }
        return number.isIntegralNumber() && number.canConvertToLong()
                ? UsageReader.possible(number.asLong())
                : UsageReader.IMPOSSIBLE;
    }
}
