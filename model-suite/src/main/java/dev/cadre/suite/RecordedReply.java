// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import dev.cadre.json.Json;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelReply;
import dev.cadre.model.RateLimits;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.ToolCall;
import java.util.List;

/** What the readers of the library see of a reply, and the tokens that it used. */
record RecordedReply(String text, Finish finish, List<ToolCall> toolCalls, long inputTokens, long outputTokens) {
    RecordedReply {
        toolCalls = List.copyOf(toolCalls);
    }

    static RecordedReply of(ModelReply reply) {
        TokenUsage usage = reply.usage() == null ? TokenUsage.of(0, 0) : reply.usage();
        return new RecordedReply(
                reply.text(), reply.finish(), reply.toolCalls(), usage.inputTokens(), usage.outputTokens());
    }

    /** The reply as a client returns it. */
    ModelReply toReply(String model) {
        return new ModelReply(
                model,
                text,
                toolCalls,
                finish,
                TokenUsage.of(inputTokens, outputTokens),
                ServiceTier.STANDARD,
                RateLimits.UNKNOWN,
                "");
    }

    Json.Obj toJson(String place) {
        var json = Json.obj().with("at", place).with("text", text);
        if (finish != Finish.COMPLETE) {
            json = json.with("finish", finish.name());
        }
        if (!toolCalls.isEmpty()) {
            json = json.with(
                    "calls",
                    new Json.Arr(toolCalls.stream().map(RecordedReply::write).toList()));
        }
        return json.with("in", inputTokens).with("out", outputTokens);
    }

    static RecordedReply parse(Json.Obj json) {
        return new RecordedReply(
                json.string("text"),
                json.at("finish").isPresent() ? Finish.valueOf(json.string("finish")) : Finish.COMPLETE,
                json.at("calls").isPresent()
                        ? json.items("calls").stream()
                                .map(call -> readCall((Json.Obj) call))
                                .toList()
                        : List.of(),
                json.longValue("in"),
                json.longValue("out"));
    }

    private static Json write(ToolCall call) {
        return Json.obj().with("id", call.callId()).with("name", call.name()).with("arguments", call.arguments());
    }

    private static ToolCall readCall(Json.Obj json) {
        return new ToolCall(json.string("id"), json.string("name"), json.string("arguments"));
    }
}
