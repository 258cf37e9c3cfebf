// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import dev.cadre.model.Finish;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.RateLimits;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.ToolCall;
import dev.cadre.redact.Redactor;
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
    private static final int MAX_REASON_CHARS = 40;

    private Replies() {}

    /** @param asked the model that was asked, which has answered if the response does not say who did */
    static ModelReply of(ChatResponse response, ModelRequest request, String asked) {
        AiMessage message = response.aiMessage();
        List<ToolCall> calls = calls(message, request);
        String text = RawReply.text(response).orElseGet(() -> Objects.requireNonNullElse(message.text(), ""));
        String reason = RawReply.stopReason(response).orElse("");
        Finish finish = finish(response.finishReason(), reason, !calls.isEmpty());
        var reply = new ModelReply(
                Objects.requireNonNullElse(response.modelName(), asked),
                text,
                calls,
                finish,
                usage(response, !text.isEmpty() || !calls.isEmpty()),
                ServiceTier.STANDARD,
                RateLimits.UNKNOWN,
                state(message));
        return isKnown(response.finishReason(), finish) ? reply : unknownFinish(reply, reason);
    }

    /** What wrote something has used tokens: a count of none is not believed. */
    private static @Nullable TokenUsage usage(ChatResponse response, boolean wrote) {
        TokenUsage usage = Usages.of(response.tokenUsage());
        return usage != null && usage.outputTokens() == 0 && wrote ? null : usage;
    }

    private static boolean isKnown(@Nullable FinishReason reason, Finish finish) {
        return (reason != null && reason != FinishReason.OTHER)
                || (finish != Finish.COMPLETE && finish != Finish.TOOL_CALLS);
    }

    /** A reply that stopped for a reason that nobody here knows counts as whole, if there is one. */
    private static ModelReply unknownFinish(ModelReply reply, String reason) {
        String told = reason.isEmpty()
                ? ""
                : " '" + Redactor.SHAPES.quote(reason.substring(0, Math.min(reason.length(), MAX_REASON_CHARS))) + "'";
        if (reply.text().isEmpty() && reply.toolCalls().isEmpty()) {
            throw new ModelException.ServerFailed(
                    "the model wrote nothing, and stopped for an unknown reason" + told,
                    200,
                    ModelException.Charge.UNKNOWN,
                    null,
                    reply.billed().orElse(null));
        }
        return reply.noting(List.of("the unknown finish reason" + told + " was read as " + reply.finish()));
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
                    arguments(asked)));
        }
        return calls;
    }

    /** Gemini leaves out arguments that are empty, which LangChain4j writes as null. */
    private static String arguments(ToolExecutionRequest asked) {
        String arguments = Objects.requireNonNullElse(asked.arguments(), "");
        return arguments.equals("null") ? "{}" : arguments;
    }

    private static Finish finish(@Nullable FinishReason reason, String told, boolean callsTools) {
        Finish whole = callsTools ? Finish.TOOL_CALLS : Finish.COMPLETE;
        if (reason == null) {
            return whole;
        }
        return switch (reason) {
            case LENGTH -> Finish.TRUNCATED;
            case CONTENT_FILTER -> Finish.FILTERED;
            // some models say STOP when they call tools
            case STOP, TOOL_EXECUTION -> whole;
            case OTHER -> ofClaude(told, whole);
        };
    }

    /** The reasons of Claude that LangChain4j does not know. */
    private static Finish ofClaude(String reason, Finish otherwise) {
        return switch (reason) {
            case "refusal" -> Finish.REFUSED;
            // a pause is the end of what was written so far, like a full context
            case "model_context_window_exceeded", "pause_turn" -> Finish.TRUNCATED;
            default -> otherwise;
        };
    }

    /** What a model such as Gemini must be given back beside its words, or it refuses the next call. */
    private static String state(AiMessage message) {
        return message.thinking() == null && message.attributes().isEmpty()
                ? ""
                : ChatMessageSerializer.messageToJson(message);
    }
}
