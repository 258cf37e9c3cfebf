// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.cli.text.FailureWords;
import dev.cadre.event.RunEvent;
import dev.cadre.event.RunListener;
import dev.cadre.task.Failure;
import dev.cadre.task.Origin;
import java.io.PrintStream;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Prints one line on standard error for each thing that began or ended. */
final class ProgressLines implements RunListener {
    private final PrintStream err;
    private final Progress form;
    private final JsonOutput json;
    /** The subtasks in which the run is nested, the outermost first. */
    private final List<String> within;

    private ProgressLines(PrintStream err, Progress form, JsonOutput json, List<String> within) {
        this.err = err;
        this.form = form;
        this.json = json;
        this.within = within;
    }

    /** Returns a listener that prints in this form; live, a view shows what happens. */
    static ProgressLines of(Progress form, Terminal terminal, JsonOutput json) {
        return new ProgressLines(terminal.err(), form.on(terminal), json, List.of());
    }

    /** The code base was read and indexed. */
    void opened(int files, Duration took) {
        line(
                "opened",
                "read %d files (%d ms)".formatted(files, took.toMillis()),
                Map.of("files", files, "ms", took.toMillis()));
    }

    /** Models are about to be shown parts of these files: said whatever the form, because text leaves the machine. */
    void sending(int files) {
        String message =
                "parts of up to %d files will be sent to the model provider; --offline sends nothing".formatted(files);
        if (form == Progress.JSONL) {
            line("sending", message, Map.of("files", files));
        } else {
            err.println("cadre: " + message);
        }
    }

    @Override
    public void on(RunEvent event) {
        switch (event) {
            case RunEvent.SubtaskAdmitted admitted ->
                line(
                        "admitted",
                        admitted.subtaskId() + " " + admitted.type(),
                        Map.of("id", admitted.subtaskId(), "type", admitted.type()));
            case RunEvent.SubtaskEnded ended ->
                line(
                        "subtask",
                        ended.subtaskId() + " " + ended.outcome().reason() + at(ended),
                        Map.of(
                                "id",
                                ended.subtaskId(),
                                "status",
                                ended.outcome().reason(),
                                "ms",
                                ended.at().toMillis()));
            case RunEvent.AttemptEnded ended ->
                line(
                        "attempt",
                        ended.kind() + " " + ended.subtaskId() + " on " + ended.model() + ": " + words(ended.end())
                                + ", " + ended.spend().total() + at(ended),
                        Map.of(
                                "kind", ended.kind().toString(),
                                "id", ended.subtaskId(),
                                "model", ended.model(),
                                "result", ended.end().toString(),
                                "picoUsd", ended.spend().total().picoUsd(),
                                "ms", ended.took().toMillis()));
            case RunEvent.ModelShutsDown notice ->
                line(
                        "shutdown",
                        "%s shuts down on %s, in %d days".formatted(notice.model(), notice.day(), notice.daysLeft()),
                        Map.of(
                                "model", notice.model(),
                                "tiers", notice.tiers().toString(),
                                "day", notice.day().toString(),
                                "days", notice.daysLeft()));
            case RunEvent.CeilingLowered lowered ->
                line(
                        "ceiling",
                        "money is short: nothing starts above " + lowered.ceiling(),
                        Map.of("tier", lowered.ceiling().toString()));
            case RunEvent.BudgetBreached breached ->
                line(
                        "breach",
                        breached.breach().toString(),
                        Map.of("picoUsd", breached.breach().excess().picoUsd()));
            case RunEvent.PlanningAgain again ->
                line(
                        "plan_again",
                        "planning again, round %d: %s%s"
                                .formatted(
                                        again.round(),
                                        again.rejected().isEmpty()
                                                ? "not done: " + String.join(", ", again.undone())
                                                : "the answer does not pass the rule '%s'".formatted(again.rejected()),
                                        at(again)),
                        Map.of("round", again.round(), "undone", again.undone().size()));
            case RunEvent.MergeStarted started ->
                line(
                        "merge",
                        "merging" + at(started),
                        Map.of("succeeded", started.succeeded(), "total", started.total()));
            case RunEvent.ToolFailed failed ->
                line(
                        "tool_failed",
                        "tool '%s' threw in %s: %s"
                                .formatted(failed.tool(), failed.subtaskId(), Failure.describe(failed.thrown())),
                        Map.of(
                                "tool", failed.tool(),
                                "id", failed.subtaskId(),
                                "result", Failure.describe(failed.thrown())));
            case RunEvent.WorkAbandoned abandoned ->
                line("abandoned", "left behind: " + abandoned.thread(), Map.of("thread", abandoned.thread()));
            case RunEvent.CodeRetried again ->
                line(
                        "code_retried",
                        "%s threw %s, it is called again"
                                .formatted(again.subtaskId(), Failure.describe(again.thrown())),
                        Map.of(
                                "id", again.subtaskId(),
                                "failures", again.failures(),
                                "result", Failure.describe(again.thrown())));
            case RunEvent.CacheHit hit ->
                line(
                        "cache_hit",
                        "%s %s".formatted(hit.subtaskId(), new Origin.Cached(hit.age(), hit.saved())),
                        Map.of(
                                "id", hit.subtaskId(),
                                "ageMs", hit.age().toMillis(),
                                "savedPicoUsd", hit.saved().picoUsd()));
            case RunEvent.AttemptStarted started -> call(started);
            case RunEvent.Nested nested -> in(nested.subtaskId()).on(nested.event());
            case RunEvent.CodeSpent code -> {}
            case RunEvent.RunStarted started -> {}
            case RunEvent.PlanEnded ended -> {}
            case RunEvent.Joined joined -> {}
            case RunEvent.RungStarted started -> {}
            case RunEvent.RungEnded ended -> {}
            case RunEvent.RunEnded ended ->
                line(
                        "end",
                        "%s, %s spent%s".formatted(ended.status(), ended.spent(), at(ended)),
                        Map.of(
                                "status", ended.status(),
                                "picoUsd", ended.spent().picoUsd(),
                                "ms", ended.at().toMillis()));
        }
    }

    private ProgressLines in(String subtask) {
        return new ProgressLines(
                err,
                form,
                json,
                Stream.concat(within.stream(), Stream.of(subtask)).toList());
    }

    /** Two lines a call are too many to read. */
    private void call(RunEvent.AttemptStarted started) {
        if (form == Progress.JSONL) {
            line(
                    "call",
                    "",
                    Map.of(
                            "kind", started.call().kind().toString(),
                            "id", started.call().subtaskId(),
                            "model", started.call().asked(),
                            "number", started.number(),
                            "reservedPicoUsd", started.reserved().picoUsd(),
                            "waitedMs", started.waited().toMillis()));
        }
    }

    private static String at(RunEvent event) {
        return " (" + event.at().toMillis() + " ms)";
    }

    private void line(String name, String text, Map<String, Object> values) {
        switch (form) {
            case PLAIN -> {
                String place = within.stream().map(subtask -> subtask + " > ").collect(Collectors.joining());
                err.println(TextOutput.visible(place + text));
            }
            case JSONL -> {
                var event = new LinkedHashMap<String, Object>();
                event.put("event", name);
                if (!within.isEmpty()) {
                    event.put("within", within);
                }
                values.keySet().stream().sorted().forEach(key -> event.put(key, values.get(key)));
                err.println(json.event(event));
            }
            case AUTO, LIVE, OFF -> {}
        }
    }

    private static String words(RunEvent.CallEnd end) {
        return end instanceof RunEvent.CallEnd.Failed failed
                ? FailureWords.of(failed.kind()) + ": " + failed.message()
                : end.toString();
    }
}
