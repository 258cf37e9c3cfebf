// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.testing;

import dev.cadre.json.Json;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.ToolCall;
import java.util.List;

/** The reply to one request as Chat Completions words it. */
record LoopbackChat(LoopbackGeneration generation) {
    private LoopbackReply reply() {
        return generation.reply();
    }

    /** The whole reply; a generation that failed is an error there, because a completion has no such state. */
    LoopbackAnswer whole() {
        if (reply().content() instanceof LoopbackReply.Content.Failure failure) {
            return new LoopbackAnswer.Whole(
                    500, "application/json", error(failure).write());
        }
        Json.Obj choice = Json.obj()
                .with("index", 0)
                .with("message", message())
                .with("logprobs", Json.Null.NULL)
                .with("finish_reason", finishReason());
        return LoopbackAnswer.Whole.json(head("chat.completion")
                .with("choices", Json.arr(choice))
                .with("usage", usage())
                .write());
    }

    static Json.Obj error(LoopbackReply.Content.Failure failure) {
        return Json.obj()
                .with(
                        "error",
                        Json.obj()
                                .with("message", failure.message())
                                .with("type", "server_error")
                                .with("param", Json.Null.NULL)
                                .with("code", failure.code()));
    }

    /** What every part of a reply begins with, and the fields that the script set. */
    Json.Obj head(String object) {
        Json.Obj head = Json.obj()
                .with("id", generation.id("chatcmpl-"))
                .with("object", object)
                .with("created", 1_790_000_000)
                .with("model", generation.model())
                .with("service_tier", generation.tierName())
                .with("system_fingerprint", "fp_loopback");
        for (var field : reply().fields().entrySet()) {
            head = head.with(field.getKey(), field.getValue());
        }
        return head;
    }

    String finishReason() {
        return switch (reply().content()) {
            case LoopbackReply.Content.Message message ->
                switch (message.incompleteReason()) {
                    case "max_output_tokens" -> "length";
                    case "content_filter" -> "content_filter";
                    default -> "stop";
                };
            case LoopbackReply.Content.Calls calls -> "tool_calls";
            default -> "stop";
        };
    }

    private Json.Obj message() {
        Json.Obj message = Json.obj().with("role", "assistant");
        return switch (reply().content()) {
            case LoopbackReply.Content.Message text ->
                message.with("content", String.join("", text.pieces()))
                        .with("refusal", Json.Null.NULL)
                        .with("annotations", Json.arr());
            case LoopbackReply.Content.Refusal refusal ->
                message.with("content", Json.Null.NULL)
                        .with("refusal", refusal.text())
                        .with("annotations", Json.arr());
            case LoopbackReply.Content.Calls calls ->
                message.with("content", Json.Null.NULL)
                        .with("refusal", Json.Null.NULL)
                        .with("annotations", Json.arr())
                        .with(
                                "tool_calls",
                                new Json.Arr(calls.calls().stream()
                                        .<Json>map(LoopbackChat::call)
                                        .toList()));
            case LoopbackReply.Content.Failure failure -> message;
            case LoopbackReply.Content.Raw raw -> message;
            case LoopbackReply.Content.Own own -> message;
        };
    }

    static Json.Obj call(ToolCall call) {
        return Json.obj()
                .with("id", call.callId())
                .with("type", "function")
                .with("function", Json.obj().with("name", call.name()).with("arguments", call.arguments()));
    }

    /** The pieces in which the text is streamed; none if it is no text. */
    List<String> pieces() {
        return reply().content() instanceof LoopbackReply.Content.Message message ? message.pieces() : List.of();
    }

    Json.Obj usage() {
        TokenUsage used = generation.used();
        return Json.obj()
                .with("prompt_tokens", used.inputTokens())
                .with("completion_tokens", used.outputTokens())
                .with("total_tokens", used.totalTokens())
                .with(
                        "prompt_tokens_details",
                        Json.obj()
                                .with("cached_tokens", used.cachedInputTokens())
                                .with("cache_write_tokens", used.cacheWriteTokens())
                                .with("audio_tokens", 0))
                .with(
                        "completion_tokens_details",
                        Json.obj()
                                .with("reasoning_tokens", used.reasoningTokens())
                                .with("audio_tokens", 0)
                                .with("accepted_prediction_tokens", 0)
                                .with("rejected_prediction_tokens", 0));
    }
}
