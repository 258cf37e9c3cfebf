// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.ToolCall;
import dev.cadre.model.ToolSpec;
import dev.cadre.model.Turn;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads the tool calls of a message. Each gets an id that no other call of the conversation has: the server's own, or one
 * of nine letters and digits, which every server takes back. A call that cannot be read is handed on as one of a tool that
 * does not exist, so that the model is told.
 */
final class ChatCalls {
    static final String TWICE = "a tool call that was delivered twice was read once";

    private static final String FUNCTION = "function";

    private final Set<String> tools = new HashSet<>();
    private final Set<String> taken = new HashSet<>();
    private final ReplyNotes notes;
    private int next;

    ChatCalls(ModelRequest request, ReplyNotes notes) {
        this.notes = notes;
        request.tools().stream().map(ToolSpec::name).forEach(tools::add);
        for (Turn turn : request.turns()) {
            if (turn instanceof Turn.Assistant assistant) {
                assistant.toolCalls().forEach(call -> taken.add(call.callId()));
            }
        }
        next = taken.size();
    }

    List<ToolCall> read(JsonNode message) {
        var calls = new ArrayList<ToolCall>();
        JsonNode given = message.path("tool_calls");
        List<JsonNode> listed = listed(given);
        if (!listed.isEmpty() && !given.isArray()) {
            notes.add("the tool calls came without a list");
        }
        List<JsonNode> distinct = distinct(listed, notes);
        if (distinct.size() < listed.size()) {
            notes.add(TWICE);
        }
        distinct.forEach(call -> calls.add(call(call)));
        JsonNode single = message.path("function_call");
        if (calls.isEmpty() && !single.path("name").asText("").isEmpty()) {
            notes.add("a tool call came in the form of older servers");
            calls.add(call(single));
        }
        return withoutLosses(calls);
    }

    /** Where arguments were mixed up or cut, nobody knows whether those of a call that has none are among them. */
    private List<ToolCall> withoutLosses(List<ToolCall> calls) {
        boolean areReadable = calls.stream().allMatch(call -> CallArguments.areReadable(call.arguments()));
        return areReadable ? calls : calls.stream().map(this::orLost).toList();
    }

    private ToolCall orLost(ToolCall call) {
        return CallArguments.isEmpty(TextNode.valueOf(call.arguments())) ? lost(call) : call;
    }

    /** The calls of a reply that may have been cut: one that has no arguments yet may have been about to get them. */
    List<ToolCall> ofCut(List<ToolCall> calls) {
        return calls.stream()
                .map(call -> call.arguments().isBlank() ? lost(call) : call)
                .toList();
    }

    private ToolCall lost(ToolCall call) {
        notes.add("the arguments of a tool call could not be found");
        return new ToolCall(call.callId(), call.name(), CallArguments.LOST);
    }

    /** The calls without those that are another again: the same id, name and arguments, however they are written. */
    static List<JsonNode> distinct(List<JsonNode> listed, ReplyNotes notes) {
        var seen = new HashSet<Again>();
        return listed.stream()
                .filter(call -> {
                    String id = text(call.path("id"));
                    return id.isBlank() || seen.add(Again.of(id, call, notes));
                })
                .toList();
    }

    /** What a call is known by. */
    record Again(String id, String name, JsonNode arguments) {
        static Again of(String id, JsonNode call, ReplyNotes notes) {
            JsonNode function = call.path(FUNCTION).isObject() ? call.path(FUNCTION) : call;
            JsonNode arguments = CallArguments.in(call, notes.apart());
            return new Again(id, function.path("name").asText(""), CallArguments.meaning(arguments));
        }
    }

    private static String text(JsonNode given) {
        return given.isTextual() || given.isNumber() ? given.asText() : "";
    }

    /** The calls in the member of a message, or a piece of one, that should be a list of them. */
    static List<JsonNode> listed(JsonNode given) {
        if (given.isObject() && !isCall(given)) {
            return given.valueStream().toList(); // by index
        }
        boolean isOne =
                given.isObject() || (!given.isArray() && !given.asText("").isBlank());
        return isOne && !given.isNull()
                ? List.of(given)
                : given.valueStream().filter(call -> !call.isNull()).toList();
    }

    private static boolean isCall(JsonNode given) {
        return !given.valueStream().allMatch(JsonNode::isObject)
                || given.path(FUNCTION).isObject();
    }

    private ToolCall call(JsonNode call) {
        JsonNode function = call.path(FUNCTION).isObject() ? call.path(FUNCTION) : call;
        return new ToolCall(id(call.path("id")), name(function.path("name")), arguments(call));
    }

    String id(JsonNode given) {
        String id = text(given);
        if (!id.isBlank() && taken.add(id)) {
            return id;
        }
        notes.add(id.isBlank() ? "a tool call had no id and got one" : "a tool call repeated an id and got its own");
        String own;
        do {
            own = "cadre%04d".formatted(next++);
        } while (!taken.add(own));
        return own;
    }

    String name(JsonNode given) {
        String name = given.asText("");
        if (!name.isBlank()) {
            return name;
        }
        notes.add("a tool call had no name");
        String unreadable = "unreadable_call";
        while (tools.contains(unreadable)) {
            unreadable += "_";
        }
        return unreadable;
    }

    String arguments(JsonNode call) {
        JsonNode given = CallArguments.in(call, notes);
        if (given.isTextual()) {
            return CallArguments.settled(given.asText(), notes);
        }
        if (CallArguments.isAbsent(given)) {
            boolean areLost = CallArguments.mayBeElsewhere(call);
            if (areLost) {
                notes.add("the arguments of a tool call could not be found");
            }
            return areLost ? CallArguments.LOST : "";
        }
        notes.add("the arguments of a tool call came as JSON, not as a text");
        return given.toString();
    }
}
