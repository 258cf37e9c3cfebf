// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import dev.cadre.task.Binding;
import dev.cadre.task.Items;
import dev.cadre.task.Missing;
import dev.cadre.task.Outcome;
import dev.cadre.task.Skip;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What an answer lacks: every required subtask, and every item, that did not succeed and has nobody in its place. */
final class MissingParts {
    private MissingParts() {}

    /** A part that is missing, and its end. */
    private record Part(Missing missing, Outcome<?> end) {
        static Part of(String id, Outcome<?> end) {
            return new Part(new Missing(id, end.reason()), end);
        }
    }

    static List<Missing> of(RunningGraph graph) {
        return new ArrayList<>(parts(graph).map(Part::missing).toList());
    }

    /** Those of them that another subtask may stand in for: money or time alone did not keep them from being tried. */
    static List<Missing> replaceable(RunningGraph graph) {
        return parts(graph)
                .filter(each -> !isForWantOfMeans(graph, each.end()))
                .map(Part::missing)
                .toList();
    }

    /** Whatever did not succeed, optional subtasks too, and has nobody in its place; but not what was not needed. */
    static List<Missing> undone(RunningGraph graph) {
        return parts(graph, subtask -> true).map(Part::missing).toList();
    }

    /** What waits for somebody, among what an answer lacks. */
    static List<Missing> awaited(RunningGraph graph) {
        var awaited = new ArrayList<Missing>();
        for (Subtask subtask : graph.all()) {
            boolean isOpen = !subtask.unneeded && !(subtask.outcome instanceof Outcome.Succeeded<?>);
            if (isOpen && (!subtask.node.optional() || isNeeded(graph, subtask))) {
                subtask.awaited().stream()
                        .filter(each -> !graph.isReplaced(each.subtaskId()))
                        .forEach(awaited::add);
            }
        }
        return awaited;
    }

    /** Whether a required subtask was skipped because of it. */
    private static boolean isNeeded(RunningGraph graph, Subtask optional) {
        return graph.all().stream()
                .filter(each -> !each.node.optional())
                .anyMatch(each -> each.outcome instanceof Outcome.Skipped<?>(Skip skip)
                        && skip.because().contains(optional.id()));
    }

    private static boolean isForWantOfMeans(RunningGraph graph, @Nullable Outcome<?> end) {
        if (!(end instanceof Outcome.Skipped<?>(Skip skip))) {
            return false;
        }
        return switch (skip.kind()) {
            case BUDGET, PAUSED, DEADLINE, CANCELLED, FAIL_FAST, AWAITED -> true;
            case PLAN -> false;
            case NOT_NEEDED -> true;
            case DEPENDENCY ->
                graph.find(skip.because()).stream().allMatch(because -> isForWantOfMeans(graph, because.outcome));
        };
    }

    private static Stream<Part> parts(RunningGraph graph) {
        return parts(graph, subtask -> !subtask.node.optional());
    }

    private static Stream<Part> parts(RunningGraph graph, Predicate<Subtask> which) {
        return graph.all().stream()
                .filter(subtask -> which.test(subtask) && !subtask.unneeded)
                .flatMap(MissingParts::parts)
                .filter(each -> !graph.isReplaced(each.missing().subtaskId()));
    }

    private static Stream<Part> parts(Subtask subtask) {
        boolean isEnough = subtask.node.binding() instanceof Binding.Each each && each.stopsThere();
        return switch (subtask.outcome) {
            case null -> Stream.empty();
            case Outcome.Succeeded<?>(Items<?>(List<? extends Outcome<?>> items, var groups)) ->
                IntStream.range(0, isEnough ? 0 : items.size())
                        .filter(index -> !items.get(index).isSucceeded())
                        .mapToObj(index -> Part.of(subtask.id() + "#" + index, items.get(index)));
            case Outcome.Succeeded<?> succeeded ->
                subtask.doubt.isEmpty()
                        ? Stream.empty()
                        : Stream.of(new Part(new Missing(subtask.id(), subtask.doubt), succeeded));
            case Outcome.Failed<?> failed -> Stream.of(Part.of(subtask.id(), failed));
            case Outcome.Skipped<?> skipped ->
                skipped.isNotNeeded() ? Stream.empty() : Stream.of(Part.of(subtask.id(), skipped));
        };
    }
}
