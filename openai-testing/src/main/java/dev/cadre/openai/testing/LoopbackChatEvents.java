// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.testing;

import dev.cadre.json.Json;
import dev.cadre.model.ToolCall;
import java.util.ArrayList;
import java.util.List;

/** A chat completion as the chunks that a streaming client receives, closed by {@code [DONE]}. */
final class LoopbackChatEvents {
    private final List<LoopbackEvent> events = new ArrayList<>();
    private final LoopbackChat chat;
    private final boolean tellsUsage;

    private LoopbackChatEvents(LoopbackChat chat) {
        this.chat = chat;
        tellsUsage = chat.generation().request().isTrue("stream_options", "include_usage");
    }

    static List<LoopbackEvent> of(LoopbackChat chat) {
        var events = new LoopbackChatEvents(chat);
        events.addAll();
        return events.events;
    }

    private void addAll() {
        add(delta(Json.obj().with("role", "assistant").with("content", "").with("refusal", Json.Null.NULL)));
        switch (chat.generation().reply().content()) {
            case LoopbackReply.Content.Message message ->
                chat.pieces().forEach(piece -> piece(Json.obj().with("content", piece)));
            case LoopbackReply.Content.Refusal refusal -> piece(Json.obj().with("refusal", refusal.text()));
            case LoopbackReply.Content.Calls calls -> calls(calls.calls());
            case LoopbackReply.Content.Failure failure -> {
                end(LoopbackChat.error(failure).write());
                return;
            }
            case LoopbackReply.Content.Raw raw -> throw new IllegalStateException("raw replies are not streamed");
            case LoopbackReply.Content.Own own -> throw new IllegalStateException("nor are the server's own");
        }
        end(chunk(Json.arr(choice(Json.obj(), new Json.Str(chat.finishReason()))))
                .write());
        if (tellsUsage) {
            end(chat.head("chat.completion.chunk")
                    .with("choices", Json.arr())
                    .with("usage", chat.usage())
                    .write());
        }
        end("[DONE]");
    }

    /** The name of a function comes first, its arguments piece by piece: here in two, to be put together again. */
    private void calls(List<ToolCall> calls) {
        for (int index = 0; index < calls.size(); index++) {
            ToolCall call = calls.get(index);
            String arguments = call.arguments();
            int half = arguments.length() / 2;
            Json.Obj opening =
                    LoopbackChat.call(new ToolCall(call.callId(), call.name(), arguments.substring(0, half)));
            piece(toolCalls(Json.obj()
                    .with("index", index)
                    .with("id", call.callId())
                    .with("type", "function")
                    .with("function", opening.object("function"))));
            piece(toolCalls(Json.obj()
                    .with("index", index)
                    .with("function", Json.obj().with("arguments", arguments.substring(half)))));
        }
    }

    private static Json.Obj toolCalls(Json.Obj call) {
        return Json.obj().with("tool_calls", Json.arr(call));
    }

    private Json.Obj delta(Json.Obj delta) {
        return chunk(Json.arr(choice(delta, Json.Null.NULL)));
    }

    private static Json.Obj choice(Json.Obj delta, Json finishReason) {
        return Json.obj()
                .with("index", 0)
                .with("delta", delta)
                .with("logprobs", Json.Null.NULL)
                .with("finish_reason", finishReason);
    }

    private Json.Obj chunk(Json.Arr choices) {
        Json.Obj chunk = chat.head("chat.completion.chunk").with("choices", choices);
        return tellsUsage ? chunk.with("usage", Json.Null.NULL) : chunk;
    }

    private void add(Json.Obj chunk) {
        events.add(new LoopbackEvent(data(chunk.write()), false, false));
    }

    private void piece(Json.Obj delta) {
        events.add(new LoopbackEvent(data(delta(delta).write()), true, false));
    }

    private void end(String text) {
        events.add(new LoopbackEvent(data(text), false, true));
    }

    private static String data(String text) {
        return "data: %s\n\n".formatted(text);
    }
}
