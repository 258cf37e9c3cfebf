// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import dev.cadre.task.Binding;
import dev.cadre.task.Failure;
import dev.cadre.task.GraphNode;
import dev.cadre.task.Items;
import dev.cadre.task.Outcome;
import dev.cadre.task.Skip;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A node of the running graph and how far it has come. */
final class Subtask {
    final GraphNode node;
    final int position;
    /** Ids that must still end. */
    final Set<String> awaited = new HashSet<>();
    /** One, or one for each item; empty until the input is made. */
    final List<Execution> executions = new ArrayList<>();

    /** How many items came of each element of an outer list; empty if there is none. */
    List<Integer> groupSizes = List.of();
    /** Why what of it is under way is given up; null if it is needed. */
    @Nullable
    Skip dropped;
    /** Whether others did instead of it. */
    boolean unneeded;
    /** Those that are not needed because it has others. */
    final List<Subtask> without = new ArrayList<>();

    /** What is wrong with its output; empty if nothing is. */
    String doubt = "";

    int openExecutions;
    /** Executions of which nobody knows yet whether an earlier session ended them. */
    int openRecalls;

    @Nullable
    Outcome<?> outcome;

    Subtask(GraphNode node, int position) {
        this.node = node;
        this.position = position;
        node.dependencies().forEach(dependency -> awaited.add(dependency.on()));
    }

    String id() {
        return node.id();
    }

    boolean isEnded() {
        return outcome != null;
    }

    boolean isStarted() {
        return !executions.isEmpty();
    }

    boolean isReady() {
        return outcome == null && executions.isEmpty() && awaited.isEmpty();
    }

    /** The outcome that follows from those of its executions, all of which have ended. */
    Outcome<?> concluded() {
        return switch (node.binding()) {
            case Binding.One one -> ended(executions.get(0));
            case Binding.Each each -> fannedIn(each);
            case Binding.Join join -> throw new IllegalStateException(id() + " has no executions");
        };
    }

    /** Whether so many of its items have succeeded that the rest is not needed. */
    boolean hasEnough(Binding.Each each) {
        return each.stopsThere()
                && isStarted()
                && executions.stream()
                                .filter(item -> item.outcome instanceof Outcome.Succeeded<?>)
                                .count()
                        >= each.minSuccess().of(executions.size());
    }

    private long waiting() {
        return executions.stream().filter(each -> each.awaited().isPresent()).count();
    }

    /** A fan-out is not over while an item waits for somebody, however many are enough. */
    private Outcome<?> fannedIn(Binding.Each each) {
        if (waiting() > 0 && !hasEnough(each)) {
            return Outcome.skipped(
                    Skip.Kind.AWAITED, "%d of %d items wait for somebody".formatted(waiting(), executions.size()));
        }
        var items = new Items<>(executions.stream().map(Subtask::ended).toList(), groupSizes);
        int needed = each.minSuccess().of(executions.size());
        int succeeded = executions.size() - items.missing().size();
        return succeeded >= needed
                ? new Outcome.Succeeded<>(items)
                : Outcome.failed(
                        Failure.Kind.TOO_FEW_ITEMS,
                        "%d of %d items succeeded, %d needed; first: %s"
                                .formatted(succeeded, executions.size(), needed, firstReason(items)));
    }

    private static String firstReason(Items<Object> items) {
        return items.missing().isEmpty()
                ? "none missing"
                : items.outcomes().get(items.missing().get(0)).reason();
    }

    private static Outcome<Object> ended(Execution execution) {
        if (execution.outcome == null) {
            throw new IllegalStateException(execution.id() + " has not ended");
        }
        return execution.outcome;
    }
}
