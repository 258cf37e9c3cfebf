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
import dev.cadre.task.GraphNode;
import dev.cadre.task.Missing;
import dev.cadre.task.Origin;
import dev.cadre.task.Outcome;
import dev.cadre.task.RunFailure;
import dev.cadre.task.RunStatus;
import dev.cadre.task.TaskGraph;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Results as they travel: whoever has the graph knows the types of what is in them. */
final class Results {
    private static final SubtaskReport.Nested NO_RUN = new SubtaskReport.Nested(0, 0, TokenUsage.NONE);

    private Results() {}

    static <R> Wire.Ended of(RunResult<R> result, RunEnding end, TaskGraph<R> graph) {
        RunReport report = result.report();
        RunFailure failure = end.failure();
        return new Wire.Ended(
                end.status().name(),
                failure == null ? "" : failure.kind().name(),
                failure == null ? "" : failure.message(),
                failure == null ? List.of() : failure.details(),
                named(report.outcomes(), graph),
                named(report.parts().items(), graph),
                end.missing().stream()
                        .map(each -> new Wire.Lack(each.subtaskId(), each.reason()))
                        .toList(),
                end.planNotes(),
                report.subtasks().stream().map(Results::line).toList(),
                report.findings().notes(),
                report.findings().abandoned(),
                Payments.of(report.spend()),
                report.limit().picoUsd(),
                report.elapsed().toNanos());
    }

    private static List<Wire.Named> named(Map<String, Outcome<?>> outcomes, TaskGraph<?> graph) {
        Map<String, JsonType<?>> forms = forms(graph);
        var all = new ArrayList<Wire.Named>();
        outcomes.forEach((id, outcome) -> all.add(new Wire.Named(id, Outcomes.of(outcome, form(forms, id)))));
        return all;
    }

    private static Map<String, JsonType<?>> forms(TaskGraph<?> graph) {
        Map<String, JsonType<?>> forms = new LinkedHashMap<>();
        for (GraphNode node : graph.nodes()) {
            forms.put(node.id(), node.type().outputType());
        }
        return forms;
    }

    /** @param label the id of a subtask, with {@code #index} for an item */
    private static JsonType<?> form(Map<String, JsonType<?>> forms, String label) {
        int item = label.indexOf('#');
        @Nullable JsonType<?> form = forms.get(item < 0 ? label : label.substring(0, item));
        if (form == null) {
            throw new IllegalStateException("the graph has no subtask '%s'".formatted(label));
        }
        return form;
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

    static <R> RunResult<R> read(Wire.Ended ended, TaskGraph<R> graph, String runId) {
        Map<String, Outcome<?>> outcomes = outcomes(ended.outcomes(), graph);
        Map<String, Outcome<?>> items = outcomes(ended.items(), graph);
        RunStatus status = RunStatus.valueOf(ended.status());
        var ending = new RunEnding(
                status,
                answer(status, outcomes, graph),
                failure(ended),
                outcomes,
                items,
                ended.missing().stream()
                        .map(each -> new Missing(each.id(), each.reason()))
                        .toList(),
                ended.planNotes());
        Spend spend = Payments.spend(ended.paid());
        var parts = new RunReport.Parts(
                ended.lines().stream().map(Results::line).toList(),
                items,
                nobody("planner"),
                nobody("merger"),
                List.of());
        return EngineRun.result(
                graph,
                new RunReport.Identity(runId, ""),
                ending,
                parts,
                new RunReport.Costs(spend, spend, Money.ofPico(ended.limit())),
                new RunReport.Findings(List.of(), ended.notes(), List.of(), ended.abandoned(), 0),
                Duration.ofNanos(ended.tookNanos()));
    }

    private static Map<String, Outcome<?>> outcomes(List<Wire.Named> named, TaskGraph<?> graph) {
        Map<String, JsonType<?>> forms = forms(graph);
        Map<String, Outcome<?>> outcomes = new LinkedHashMap<>();
        named.forEach(each -> outcomes.put(each.id(), Outcomes.read(each.result(), form(forms, each.id()))));
        return outcomes;
    }

    private static @Nullable Merged<?> answer(RunStatus status, Map<String, Outcome<?>> outcomes, TaskGraph<?> graph) {
        return (status == RunStatus.COMPLETE || status == RunStatus.PARTIAL)
                        && outcomes.get(graph.answer()) instanceof Outcome.Succeeded<?>(Object value)
                ? Merged.of(value)
                : null;
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
