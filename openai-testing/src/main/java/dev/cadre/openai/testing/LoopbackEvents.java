// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.testing;

import dev.cadre.json.Json;
import java.util.ArrayList;
import java.util.List;

/** A reply as the events that a streaming client receives, in the provider's order. */
final class LoopbackEvents {
    private final List<LoopbackEvent> events = new ArrayList<>();
    private final LoopbackBody body;

    private LoopbackEvents(LoopbackBody body) {
        this.body = body;
    }

    static List<LoopbackEvent> of(LoopbackBody body) {
        var events = new LoopbackEvents(body);
        events.addAll();
        return events.events;
    }

    private void addAll() {
        add("response.created", Json.obj().with("response", body.head("in_progress")));
        add("response.in_progress", Json.obj().with("response", body.head("in_progress")));
        int index = 0;
        for (Json item : body.output()) {
            item((Json.Obj) item, index++);
        }
        Json.Obj response = body.response();
        String type = "response." + LoopbackRequest.string(response, "status");
        events.add(new LoopbackEvent(text(type, Json.obj().with("response", response)), false, true));
    }

    private void item(Json.Obj item, int index) {
        Json.Obj place = Json.obj().with("output_index", index);
        Json.Obj inside = Json.obj().with("item_id", item.string("id")).with("output_index", index);
        String type = item.string("type");
        add("response.output_item.added", place.with("item", begun(item, type)));
        switch (type) {
            case "message" -> part((Json.Obj) item.items("content").getFirst(), inside.with("content_index", 0));
            case "function_call" -> {
                String arguments = item.string("arguments");
                piece("response.function_call_arguments.delta", inside.with("delta", arguments));
                add(
                        "response.function_call_arguments.done",
                        inside.with("arguments", arguments).with("name", item.string("name")));
            }
            default -> {}
        }
        add("response.output_item.done", place.with("item", item));
    }

    private static Json.Obj begun(Json.Obj item, String type) {
        return switch (type) {
            case "message" -> item.with("status", "in_progress").with("content", Json.arr());
            case "function_call" -> item.with("status", "in_progress").with("arguments", "");
            default -> item;
        };
    }

    private void part(Json.Obj part, Json.Obj inside) {
        boolean isText = part.string("type").equals("output_text");
        add("response.content_part.added", inside.with("part", part.with(isText ? "text" : "refusal", "")));
        if (isText) {
            for (String piece : pieces()) {
                piece("response.output_text.delta", inside.with("delta", piece).with("logprobs", Json.arr()));
            }
            add(
                    "response.output_text.done",
                    inside.with("text", part.string("text")).with("logprobs", Json.arr()));
        } else {
            piece("response.refusal.delta", inside.with("delta", part.string("refusal")));
            add("response.refusal.done", inside.with("refusal", part.string("refusal")));
        }
        add("response.content_part.done", inside.with("part", part));
    }

    private List<String> pieces() {
        return body.reply().content() instanceof LoopbackReply.Content.Message message ? message.pieces() : List.of();
    }

    private void add(String type, Json.Obj data) {
        events.add(new LoopbackEvent(text(type, data), false, false));
    }

    private void piece(String type, Json.Obj data) {
        events.add(new LoopbackEvent(text(type, data), true, false));
    }

    private String text(String type, Json.Obj data) {
        Json.Obj whole = Json.obj().with("type", type).with("sequence_number", events.size());
        for (var field : data.fields().entrySet()) {
            whole = whole.with(field.getKey(), field.getValue());
        }
        return "event: %s\ndata: %s\n\n".formatted(type, whole.write());
    }
}
