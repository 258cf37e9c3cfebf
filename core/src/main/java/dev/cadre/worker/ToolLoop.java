// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import dev.cadre.model.Attachment;
import dev.cadre.model.McpApprovalTool;
import dev.cadre.model.ToolCall;
import dev.cadre.model.Turn;
import dev.cadre.task.Failure;
import dev.cadre.task.Limits.ToolLimits;
import dev.cadre.task.Tool;
import dev.cadre.task.Work;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Keeps the tool calls of one rung inside its allow-list and its limits. Pure. */
final class ToolLoop {
    /** One call of a round: to be run, or answered already. */
    private sealed interface Slot {
        record Run(RungCommand.ToolRun run) implements Slot {}

        record Answered(ToolCall call, String text) implements Slot {}
    }

    /** A tool with its arguments, whatever their order and white space. */
    private record Question(String tool, Object arguments) {}

    /** How often the model may ask the same thing before the loop is stopped. */
    private static final int SAME_CALLS = 2;

    private static final String NO_ARGUMENTS = "{}";

    private final Map<String, Tool> allowed = new HashMap<>();
    /** By tool; a server that loses arguments must not run it with none. */
    private final Map<String, List<String>> required = new HashMap<>();

    private final boolean offered;
    private final ToolLimits limits;
    private final Map<Question, Integer> asked = new HashMap<>();
    private final Set<String> written = new LinkedHashSet<>();
    private List<Slot> round = List.of();
    private int rounds;
    private int calls;

    ToolLoop(Work.Model<?, ?> work, ToolLimits limits) {
        for (Tool tool : work.tools()) {
            allowed.put(tool.name(), tool);
            required.put(tool.name(), required(tool));
        }
        offered = work.offersTools();
        this.limits = limits;
    }

    private static List<String> required(Tool tool) {
        Json schema;
        try {
            schema = Json.parse(tool.spec().parametersSchema());
        } catch (JsonException unreadable) {
            return List.of();
        }
        return schema instanceof Json.Obj object
                        && object.fields().get("required") instanceof Json.Arr(List<Json> names)
                ? names.stream()
                        .filter(Json.Str.class::isInstance)
                        .map(name -> ((Json.Str) name).value())
                        .toList()
                : List.of();
    }

    /** Takes the calls of one reply, or says why the loop stops; then none of them is run. */
    Optional<Failure> begin(List<ToolCall> asks) {
        rounds++;
        calls += asks.size();
        return broken(asks).or(() -> {
            round = asks.stream().map(this::slot).toList();
            return Optional.empty();
        });
    }

    /** The calls of the round that must be run. */
    List<RungCommand.ToolRun> runs() {
        var runs = new ArrayList<RungCommand.ToolRun>();
        for (Slot slot : round) {
            if (slot instanceof Slot.Run(RungCommand.ToolRun run)) {
                runs.add(run);
            }
        }
        return runs;
    }

    /** The tools that may have changed something, and would do so again if the work were repeated. */
    Set<String> written() {
        return written;
    }

    /** Notes that the runs of this round begin. */
    void started() {
        for (RungCommand.ToolRun run : runs()) {
            if (run.tool().effect() == Tool.Effect.WRITES) {
                written.add(run.tool().name());
            }
        }
    }

    /**
     * Why nobody knows what a writing tool of this round did: it broke, or did not end in its time. A model that was told
     * so would call it again. Of a stateful tool the model sees what came of it.
     *
     * @param ends one for each of {@link #runs}
     */
    Optional<Failure> unknownEffect(List<ToolEnd> ends) {
        List<RungCommand.ToolRun> runs = runs();
        if (ends.size() != runs.size()) {
            throw new IllegalStateException("%d tools were run, %d ended".formatted(runs.size(), ends.size()));
        }
        for (int i = 0; i < ends.size(); i++) {
            Tool tool = runs.get(i).tool();
            Optional<Failure> unknown = mayHaveWritten(tool) ? unknownEffect(tool, ends.get(i)) : Optional.empty();
            if (unknown.isPresent()) {
                return unknown;
            }
        }
        return Optional.empty();
    }

    /** Whether a call that broke may have written: one that approves does nothing but by what it returns. */
    private static boolean mayHaveWritten(Tool tool) {
        return tool.effect() == Tool.Effect.WRITES
                && !tool.isStateful()
                && !tool.name().equals(McpApprovalTool.NAME);
    }

    private static Optional<Failure> unknownEffect(Tool tool, ToolEnd end) {
        String name = "tool '%s'".formatted(tool.name());
        return switch (end) {
            case ToolEnd.Broke(Throwable thrown) -> Optional.of(Failure.thrown(Failure.Kind.CODE_FAILED, thrown, name));
            case ToolEnd.TimedOut(var timeout) ->
                Optional.of(new Failure(
                        Failure.Kind.TIMED_OUT, "%s did not end in %d ms".formatted(name, timeout.toMillis())));
            case ToolEnd.Returned returned -> Optional.empty();
            case ToolEnd.Declined declined -> Optional.empty();
            case ToolEnd.NotApproved refused -> Optional.empty();
        };
    }

    /** What the model reads about each call of the round, in the order of its calls. */
    List<Turn.ToolResult> results(List<ToolEnd> ends) {
        var next = ends.iterator();
        var results = new ArrayList<Turn.ToolResult>();
        for (Slot slot : round) {
            results.add(
                    switch (slot) {
                        case Slot.Run(RungCommand.ToolRun run) -> result(run.call(), next.next());
                        case Slot.Answered(ToolCall call, String text) -> result(call, text, List.of());
                    });
        }
        return results;
    }

    private Optional<Failure> broken(List<ToolCall> asks) {
        if (!offered) {
            // no round of tools is part of what such work may cost
            return stop("the model called tools that it was not given");
        }
        if (rounds > limits.rounds()) {
            return stop("more than %d turns with tool calls".formatted(limits.rounds()));
        }
        if (calls > limits.calls()) {
            return stop("%d tool calls, more than %d".formatted(calls, limits.calls()));
        }
        var ids = new HashSet<String>();
        for (ToolCall call : asks) {
            if (!ids.add(call.callId())) {
                // their results could not be told apart
                return Optional.of(new Failure(
                        Failure.Kind.INVALID_OUTPUT, "two tool calls share the id " + Excerpt.quoted(call.callId())));
            }
            int bytes = call.arguments().getBytes(StandardCharsets.UTF_8).length;
            if (bytes > limits.outputBytes()) {
                return stop("arguments of %d bytes, more than %d".formatted(bytes, limits.outputBytes()));
            }
            if (!isStateful(call) && asked.merge(question(call), 1, Integer::sum) > SAME_CALLS) {
                return stop("the same call of the tool %s for the %drd time"
                        .formatted(Excerpt.quoted(call.name()), SAME_CALLS + 1));
            }
        }
        return Optional.empty();
    }

    /** The same call of a stateful tool need not have the same result: scrolling down, waiting. */
    private boolean isStateful(ToolCall call) {
        Tool tool = allowed.get(call.name());
        return tool != null && tool.isStateful();
    }

    private Slot slot(ToolCall call) {
        Tool tool = allowed.get(call.name());
        if (tool == null) {
            return answered(call, "there is no tool of this name; the tools are " + String.join(", ", names()));
        }
        String arguments = call.arguments().isBlank() ? NO_ARGUMENTS : call.arguments();
        try {
            if (!(Json.parse(arguments) instanceof Json.Obj given)) {
                return answered(call, "the arguments must be a JSON object");
            }
            List<String> missing = new ArrayList<>(required.getOrDefault(call.name(), List.of()));
            missing.removeAll(given.fields().keySet());
            if (!missing.isEmpty()) {
                return answered(call, "the arguments lack " + String.join(", ", missing));
            }
        } catch (JsonException malformed) {
            return answered(call, "the arguments are not valid JSON: " + malformed.getMessage());
        }
        return new Slot.Run(new RungCommand.ToolRun(new ToolCall(call.callId(), call.name(), arguments), tool));
    }

    private List<String> names() {
        return allowed.keySet().stream().sorted().toList();
    }

    private static Slot answered(ToolCall call, String trouble) {
        return new Slot.Answered(call, error(trouble));
    }

    private static Question question(ToolCall call) {
        try {
            return new Question(call.name(), Json.parse(call.arguments()));
        } catch (JsonException malformed) {
            return new Question(call.name(), call.arguments());
        }
    }

    private Turn.ToolResult result(ToolCall call, ToolEnd end) {
        return switch (end) {
            case ToolEnd.Returned(String text, List<Attachment> attachments) -> result(call, text, attachments);
            case ToolEnd.Declined(String message) -> result(call, error(message), List.of());
            case ToolEnd.NotApproved(String message) -> result(call, error(message), List.of());
            case ToolEnd.Broke broke -> result(call, error("the tool failed"), List.of());
            case ToolEnd.TimedOut(var timeout) ->
                result(call, error("timed out after %d ms".formatted(timeout.toMillis())), List.of());
        };
    }

    private Turn.ToolResult result(ToolCall call, String text, List<Attachment> attachments) {
        return new Turn.ToolResult(call.callId(), Excerpt.cutBytes(text, limits.outputBytes()), attachments);
    }

    private static String error(String trouble) {
        return "error: " + trouble;
    }

    private static Optional<Failure> stop(String message) {
        return Optional.of(new Failure(Failure.Kind.TOOL_LIMIT, message));
    }
}
