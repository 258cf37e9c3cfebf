// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import dev.cadre.RunReport;
import dev.cadre.SubtaskReport;
import dev.cadre.price.Money;
import dev.cadre.task.Dependency;
import dev.cadre.task.TaskGraph;
import java.util.ArrayList;
import java.util.List;

/** A task graph in ASCII, a line for each subtask in plan order; the same text for the same run, whatever the schedule. */
final class GraphText {
    private GraphText() {}

    /** Ids, types and edges: {@code brief: brief <- cats, dogs}. */
    static List<String> shape(TaskGraph<?> graph) {
        return graph.nodes().stream()
                .map(node -> shape(
                        node.id(),
                        node.type().name(),
                        node.dependencies().stream()
                                .map(Dependency::on)
                                .distinct()
                                .toList()))
                .toList();
    }

    /** The same of a run; the items of a fan-out are no subtasks of their own. */
    static List<String> shape(RunReport report) {
        return report.subtasks().stream()
                .filter(line -> report.outcomes().containsKey(line.id()))
                .map(line -> shape(line.id(), line.type(), line.dependsOn()))
                .toList();
    }

    private static String shape(String id, String type, List<String> dependsOn) {
        return id + ": " + type + (dependsOn.isEmpty() ? "" : " <- " + String.join(", ", dependsOn));
    }

    /** The graph of a run with the state of each subtask, what it cost, and why it has no value. */
    static String states(RunReport report) {
        List<String> shapes = new ArrayList<>();
        for (SubtaskReport line : report.subtasks()) {
            shapes.add(
                    report.outcomes().containsKey(line.id())
                            ? shape(line.id(), line.type(), line.dependsOn())
                            : "  " + line.id());
        }
        int width = shapes.stream().mapToInt(String::length).max().orElse(0);
        var lines = new ArrayList<String>();
        for (int i = 0; i < shapes.size(); i++) {
            lines.add(state(report.subtasks().get(i), shapes.get(i), width));
        }
        return String.join("\n", lines);
    }

    private static String state(SubtaskReport line, String shape, int width) {
        var text = new StringBuilder("  ")
                .append(pad("[" + line.status() + "]", 12))
                .append(pad(shape, width));
        line.tiers().forEach(tier -> text.append(' ').append(tier));
        if (!line.cost().equals(Money.ZERO)) {
            text.append(' ').append(line.cost());
        }
        if (line.reused()) {
            text.append(" reused");
        }
        if (line.fromCache()) {
            text.append(" from the cache");
        }
        if (!line.reason().isEmpty()) {
            text.append(" | ").append(withoutStatus(line));
        }
        return text.toString().stripTrailing();
    }

    private static String withoutStatus(SubtaskReport line) {
        String status = line.status() + ": ";
        return line.reason().startsWith(status) ? line.reason().substring(status.length()) : line.reason();
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }
}
