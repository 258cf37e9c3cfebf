// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import dev.cadre.json.Json;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelReply;
import dev.cadre.model.TokenUsage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A call for several items of a bulk, answered item by item: each is a call of its own for the scripts. */
final class ScriptedPack {
    /** How the task of such a call begins. */
    private static final String TASK = "The input is a list of items. Each item has a number";

    private static final Set<String> PARTS = Set.of("number", "input");

    private final ScriptedCall whole;
    private final List<Json.Obj> items;

    private ScriptedPack(ScriptedCall whole, List<Json.Obj> items) {
        this.whole = whole;
        this.items = items;
    }

    /** Empty if the call has one input. */
    static Optional<ScriptedPack> of(ScriptedCall call) {
        var items = new ArrayList<Json.Obj>();
        if (call.request().instructions().contains(TASK) && call.input() instanceof Json.Arr(List<Json> numbered)) {
            for (Json each : numbered) {
                if (each instanceof Json.Obj item && item.fields().keySet().equals(PARTS)) {
                    items.add(item);
                }
            }
            if (items.size() == numbered.size() && items.size() > 1) {
                return Optional.of(new ScriptedPack(call, items));
            }
        }
        return Optional.empty();
    }

    /** What is asked about each item. */
    List<ScriptedCall> calls() {
        return items.stream().map(this::call).toList();
    }

    private ScriptedCall call(Json.Obj item) {
        CallPurpose purpose = whole.purpose();
        String input = item.at("input").orElseThrow().write();
        return new ScriptedCall(
                whole.request(),
                new CallPurpose(
                        purpose.kind(),
                        purpose.runId(),
                        purpose.subtaskId(),
                        purpose.subtaskType(),
                        input,
                        purpose.tier()));
    }

    /** The one reply that these make together: the sum of their tokens, and the first end that is no answer, if any. */
    ModelReply together(List<ModelReply> replies) {
        TokenUsage usage = TokenUsage.NONE;
        boolean isKnown = true;
        var answers = new ArrayList<Json>();
        for (ModelReply reply : replies) {
            isKnown &= reply.usage() != null;
            usage = reply.usage() == null ? usage : usage.plus(reply.usage());
            if (reply.finish() != Finish.COMPLETE) {
                return with(reply, reply.text(), isKnown ? usage : null);
            }
            Json.Obj item = items.get(answers.size());
            answers.add(Json.obj()
                    .with("number", item.at("number").orElseThrow())
                    .with("answer", ScriptedCall.tree(reply.text())));
        }
        String text = Json.obj().with("answers", new Json.Arr(answers)).write();
        return with(replies.getFirst(), text, isKnown ? usage : null);
    }

    private static ModelReply with(ModelReply reply, String text, @Nullable TokenUsage usage) {
        return new ModelReply(
                reply.model(), text, reply.toolCalls(), reply.finish(), usage, reply.serviceTier(), reply.limits(), "");
    }
}
