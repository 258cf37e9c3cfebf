// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.testing;

import dev.cadre.json.Json;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.ToolCall;
import java.util.ArrayList;
import java.util.List;

/** The reply to one request as the Responses API words it. */
record LoopbackBody(LoopbackGeneration generation) {
    private LoopbackRequest request() {
        return generation.request();
    }

    LoopbackReply reply() {
        return generation.reply();
    }

    /** The whole reply. */
    Json.Obj response() {
        Json.Obj response =
                head(status()).with("output", new Json.Arr(output())).with("usage", usage(generation.used()));
        response = switch (reply().content()) {
            case LoopbackReply.Content.Message message
            when !message.incompleteReason().isEmpty() ->
                response.with("incomplete_details", Json.obj().with("reason", message.incompleteReason()));
            case LoopbackReply.Content.Failure failure ->
                response.with("error", Json.obj().with("code", failure.code()).with("message", failure.message()));
            default -> response;
        };
        for (var field : reply().fields().entrySet()) {
            response = response.with(field.getKey(), field.getValue());
        }
        return response;
    }

    /** The reply before there is anything in it. */
    Json.Obj head(String status) {
        return Json.obj()
                .with("id", generation.id("resp_"))
                .with("object", "response")
                .with("created_at", 1_790_000_000)
                .with("status", status)
                .with("background", false)
                .with("error", Json.Null.NULL)
                .with("incomplete_details", Json.Null.NULL)
                .with("instructions", Json.Null.NULL)
                .with("max_output_tokens", request().maxOutputTokens())
                .with("metadata", Json.obj())
                .with("model", request().model())
                .with("output", Json.arr())
                .with("parallel_tool_calls", true)
                .with("previous_response_id", Json.Null.NULL)
                .with("reasoning", Json.obj().with("effort", request().text("reasoning", "effort")))
                .with("service_tier", generation.tierName())
                .with("store", false)
                .with("temperature", 1)
                .with("text", Json.obj().with("format", request().format()))
                .with("tool_choice", "auto")
                .with("tools", Json.arr())
                .with("top_p", 1)
                .with("truncation", "disabled")
                .with("usage", Json.Null.NULL);
    }

    private String status() {
        return switch (reply().content()) {
            case LoopbackReply.Content.Message message -> message.status();
            case LoopbackReply.Content.Failure failure -> "failed";
            case LoopbackReply.Content.Refusal refusal -> "completed";
            case LoopbackReply.Content.Calls calls -> "completed";
            case LoopbackReply.Content.Raw raw -> throw new IllegalStateException("raw replies have no status");
            case LoopbackReply.Content.Own own -> throw new IllegalStateException("the server's own have none either");
        };
    }

    private static Json.Obj usage(TokenUsage used) {
        return Json.obj()
                .with("input_tokens", used.inputTokens())
                .with(
                        "input_tokens_details",
                        Json.obj()
                                .with("cached_tokens", used.cachedInputTokens())
                                .with("cache_write_tokens", used.cacheWriteTokens()))
                .with("output_tokens", used.outputTokens())
                .with("output_tokens_details", Json.obj().with("reasoning_tokens", used.reasoningTokens()))
                .with("total_tokens", used.totalTokens());
    }

    /** The items of the reply, each with its final content. */
    List<Json> output() {
        var items = new ArrayList<Json>();
        if (!reply().encryptedReasoning().isEmpty()) {
            items.add(Json.obj()
                    .with("type", "reasoning")
                    .with("id", generation.id("rs_"))
                    .with("summary", Json.arr())
                    .with("encrypted_content", reply().encryptedReasoning()));
        }
        switch (reply().content()) {
            case LoopbackReply.Content.Message message ->
                items.add(message(Json.obj()
                        .with("type", "output_text")
                        .with("text", String.join("", message.pieces()))
                        .with("annotations", Json.arr())
                        .with("logprobs", Json.arr())));
            case LoopbackReply.Content.Refusal refusal ->
                items.add(message(Json.obj().with("type", "refusal").with("refusal", refusal.text())));
            case LoopbackReply.Content.Calls calls -> calls.calls().forEach(call -> items.add(call(call)));
            case LoopbackReply.Content.Failure failure -> {}
            case LoopbackReply.Content.Raw raw -> {}
            case LoopbackReply.Content.Own own -> {}
        }
        return items;
    }

    private Json message(Json.Obj part) {
        return Json.obj()
                .with("type", "message")
                .with("id", generation.id("msg_"))
                .with("status", status().equals("completed") ? "completed" : "incomplete")
                .with("role", "assistant")
                .with("content", Json.arr(part));
    }

    private static Json call(ToolCall call) {
        return Json.obj()
                .with("type", "function_call")
                .with("id", "fc_" + call.callId())
                .with("status", "completed")
                .with("call_id", call.callId())
                .with("name", call.name())
                .with("arguments", call.arguments());
    }
}
