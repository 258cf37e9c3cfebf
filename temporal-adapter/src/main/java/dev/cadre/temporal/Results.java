// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.EngineRun;
import dev.cadre.RunReport;
import dev.cadre.RunResult;
import dev.cadre.SubtaskReport;
import dev.cadre.merge.Merged;
import dev.cadre.model.Tier;
import dev.cadre.model.TokenUsage;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.schedule.RunEnding;
import dev.cadre.schema.JsonType;
import dev.cadre.task.Missing;
import dev.cadre.task.Origin;
import dev.cadre.task.Outcome;
import dev.cadre.task.RunFailure;
import dev.cadre.task.RunStatus;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Results as they travel: whoever has the graph knows the types of what is in them. */
final class Results {
    private static final SubtaskReport.Nested NO_RUN = new SubtaskReport.Nested(0, 0, TokenUsage.NONE);

    private Results() {}

    static <R> Wire.Ended of(RunResult<R> result, RunEnding end, Asked<R> asked) {
        RunReport report = result.report();
        Function<String, JsonType<?>> forms = forms(asked, report.subtasks());
        RunFailure failure = end.failure();
        return new Wire.Ended(
                end.status().name(),
                failure == null ? "" : failure.kind().name(),
                failure == null ? "" : failure.message(),
                failure == null ? List.of() : failure.details(),
                named(report.outcomes(), forms),
                named(report.parts().items(), forms),
                end.missing().stream()
                        .map(each -> new Wire.Lack(each.subtaskId(), each.reason()))
                        .toList(),
                end.planNotes(),
                report.subtasks().stream().map(Results::line).toList(),
                report.findings().notes(),
                report.findings().abandoned(),
                Payments.of(report.spend()),
                report.limit().picoUsd(),
                report.elapsed().toNanos(),
                made(end, asked),
                asked instanceof Asked.ForGoal<R> ? line(report.parts().planner()) : null,
                asked instanceof Asked.ForGoal<R> ? line(report.parts().merger()) : null);
    }

    private static <R> Wire.@Nullable Made made(RunEnding end, Asked<R> asked) {
        return end.merged() != null && asked instanceof Asked.ForGoal<R> goal
                ? Merges.made(end.merged(), goal.form())
                : null;
    }

    private static List<Wire.Named> named(Map<String, Outcome<?>> outcomes, Function<String, JsonType<?>> forms) {
        var all = new ArrayList<Wire.Named>();
        outcomes.forEach((id, outcome) -> all.add(new Wire.Named(id, Outcomes.of(outcome, forms.apply(id)))));
        return all;
    }

    /** The form of each outcome, by the label of a subtask or item. */
    private static <R> Function<String, JsonType<?>> forms(Asked<R> asked, List<SubtaskReport> lines) {
        Map<String, SubtaskType<?, ?>> types = new HashMap<>();
        switch (asked) {
            case Asked.ForGraph<R>(TaskGraph<R> graph) ->
                graph.nodes().forEach(node -> types.put(node.id(), node.type()));
            case Asked.ForGoal<R> goal -> {
                Map<String, SubtaskType<?, ?>> byName = new HashMap<>();
                goal.types().forEach(type -> byName.put(type.name(), type));
                lines.stream()
                        .filter(line -> line.id().indexOf('#') < 0)
                        .forEach(line -> types.put(line.id(), known(byName, line)));
            }
        }
        return label -> {
            int item = label.indexOf('#');
            String id = item < 0 ? label : label.substring(0, item);
            SubtaskType<?, ?> type = types.get(id);
            if (type == null) {
                throw new IllegalStateException("the run has no subtask '%s'".formatted(id));
            }
            return type.outputType();
        };
    }

    private static SubtaskType<?, ?> known(Map<String, SubtaskType<?, ?>> byName, SubtaskReport line) {
        SubtaskType<?, ?> type = byName.get(line.type());
        if (type == null) {
            throw new IllegalStateException(
                    "subtask '%s' of the run is of the type '%s', which is not registered here: name it to plansWith of the coordinator"
                            .formatted(line.id(), line.type()));
        }
        return type;
    }

    private static Wire.Line line(SubtaskReport line) {
        return new Wire.Line(
                line.id(),
                line.type(),
                line.dependsOn(),
                line.status().name(),
                line.reason(),
                line.need().name(),
                line.takenFrom(),
                line.tiers().stream().map(Tier::name).toList(),
                line.model(),
                Payments.of(line.spend()),
                line.took().toNanos());
    }

    // --- where the result is read

    static <R> RunResult<R> read(Wire.Ended ended, Asked<R> asked, String runId) {
        List<SubtaskReport> lines = ended.lines().stream().map(Results::line).toList();
        Function<String, JsonType<?>> forms = forms(asked, lines);
        Map<String, Outcome<?>> outcomes = outcomes(ended.outcomes(), forms);
        Map<String, Outcome<?>> items = outcomes(ended.items(), forms);
        RunStatus status = RunStatus.valueOf(ended.status());
        var ending = new RunEnding(
                status,
                answer(status, outcomes, ended.made(), asked),
                failure(ended),
                outcomes,
                items,
                ended.missing().stream()
                        .map(each -> new Missing(each.id(), each.reason()))
                        .toList(),
                ended.planNotes());
        Spend spend = Payments.spend(ended.paid());
        var parts = new RunReport.Parts(
                lines, items, part("planner", ended.planner()), part("merger", ended.merger()), List.of());
        var identity = new RunReport.Identity(runId, "");
        var costs = new RunReport.Costs(spend, spend, Money.ofPico(ended.limit()));
        var findings = new RunReport.Findings(
                ending.merged() == null ? List.of() : ending.merged().citations(),
                ended.notes(),
                List.of(),
                ended.abandoned(),
                0);
        Duration took = Duration.ofNanos(ended.tookNanos());
        return switch (asked) {
            case Asked.ForGraph<R>(TaskGraph<R> graph) ->
                EngineRun.result(graph, identity, ending, parts, costs, findings, took);
            case Asked.ForGoal<R> goal ->
                EngineRun.result(goal.goal(), goal.registered(), identity, ending, parts, costs, findings, took);
        };
    }

    private static Map<String, Outcome<?>> outcomes(List<Wire.Named> named, Function<String, JsonType<?>> forms) {
        Map<String, Outcome<?>> outcomes = new LinkedHashMap<>();
        named.forEach(each -> outcomes.put(each.id(), Outcomes.read(each.result(), forms.apply(each.id()))));
        return outcomes;
    }

    private static <R> @Nullable Merged<?> answer(
            RunStatus status, Map<String, Outcome<?>> outcomes, Wire.@Nullable Made made, Asked<R> asked) {
        if (status != RunStatus.COMPLETE && status != RunStatus.PARTIAL) {
            return null;
        }
        return switch (asked) {
            case Asked.ForGraph<R>(TaskGraph<R> graph) ->
                outcomes.get(graph.answer()) instanceof Outcome.Succeeded<?>(Object value) ? Merged.of(value) : null;
            case Asked.ForGoal<R> goal -> made == null ? null : Merges.read(made, goal.form());
        };
    }

    private static @Nullable RunFailure failure(Wire.Ended ended) {
        return ended.failureKind().isEmpty()
                ? null
                : RunFailure.of(
                        RunFailure.Kind.valueOf(ended.failureKind()), ended.failureMessage(), ended.failureDetails());
    }

    private static SubtaskReport line(Wire.Line line) {
        return new SubtaskReport(
                new SubtaskReport.Part(line.id(), line.type(), line.dependsOn()),
                new SubtaskReport.End(
                        SubtaskReport.Status.valueOf(line.status()),
                        line.reason(),
                        SubtaskReport.Need.valueOf(line.need()),
                        line.takenFrom()),
                new SubtaskReport.Calls(line.tiers().stream().map(Tier::valueOf).toList(), line.model(), NO_RUN),
                Payments.spend(line.paid()),
                Duration.ofNanos(line.tookNanos()),
                Origin.SESSION);
    }

    private static SubtaskReport part(String part, Wire.@Nullable Line line) {
        return line == null ? nobody(part) : line(line);
    }

    /** Nobody plans a graph by hand, and nobody merges it. */
    private static SubtaskReport nobody(String part) {
        return new SubtaskReport(
                new SubtaskReport.Part(part, part, List.of()),
                new SubtaskReport.End(SubtaskReport.Status.NONE, ""),
                new SubtaskReport.Calls(List.of(), "", NO_RUN),
                Spend.NONE,
                Duration.ZERO,
                Origin.SESSION);
    }
}
