// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import dev.cadre.model.Finish;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.RateLimits;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.ToolCall;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessageSerializer;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** LangChain4j's answers in our words. */
final class Replies {
    private Replies() {}

    /** @param asked the model that was asked, which has answered if the response does not say who did */
    static ModelReply of(ChatResponse response, ModelRequest request, String asked) {
        AiMessage message = response.aiMessage();
        List<ToolCall> calls = calls(message, request);
        return new ModelReply(
                Objects.requireNonNullElse(response.modelName(), asked),
                Objects.requireNonNullElse(message.text(), ""),
                calls,
                finish(response.finishReason(), !calls.isEmpty()),
                Usages.of(response.tokenUsage()),
                ServiceTier.STANDARD,
                RateLimits.UNKNOWN,
                state(message));
    }

    /** LangChain4j reports a filter by an exception, which knows no usage. */
    static ModelReply filtered(String asked) {
        return new ModelReply(
                asked, "", List.of(), Finish.FILTERED, null, ServiceTier.STANDARD, RateLimits.UNKNOWN, "");
    }

    /** Some models give their calls no ids; then the place in the conversation makes one. */
    private static List<ToolCall> calls(AiMessage message, ModelRequest request) {
        var calls = new ArrayList<ToolCall>();
        for (ToolExecutionRequest asked : message.toolExecutionRequests()) {
            String id = Objects.requireNonNullElse(asked.id(), "");
            calls.add(new ToolCall(
                    id.isBlank() ? "call-%d-%d".formatted(request.turns().size(), calls.size()) : id,
                    Objects.requireNonNullElse(asked.name(), ""),
                    Objects.requireNonNullElse(asked.arguments(), "")));
        }
        return calls;
    }

    private static Finish finish(@Nullable FinishReason reason, boolean callsTools) {
        Finish whole = callsTools ? Finish.TOOL_CALLS : Finish.COMPLETE;
        if (reason == null) {
            return whole;
        }
        return switch (reason) {
            case LENGTH -> Finish.TRUNCATED;
            case CONTENT_FILTER -> Finish.FILTERED;
            // some models say STOP, or nothing that fits, when they call tools
            case STOP, TOOL_EXECUTION, OTHER -> whole;
        };
    }

    /** What a model such as Gemini must be given back beside its words, or it refuses the next call. */
    private static String state(AiMessage message) {
        return message.thinking() == null && message.attributes().isEmpty()
                ? ""
                : ChatMessageSerializer.messageToJson(message);
    }
}
