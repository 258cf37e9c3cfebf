// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import dev.cadre.task.Binding;
import dev.cadre.task.GraphNode;
import dev.cadre.task.SubtaskType;
import dev.cadre.worker.CostRange;
import dev.cadre.worker.RungTask;
import dev.cadre.worker.SubtaskWorker;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What running a graph may cost, before it is run.
 *
 * @param subtasks a line for each subtask, in plan order
 * @param cost of all subtasks: the low figure takes one cached call each, the expected one is an estimate, the worst adds
 *     a repair and every tier that a subtask may escalate to. A fan-out counts once, because the length of its list is not
 *     known yet; tool loops count one round. The budget bounds the whole in any case.
 * @param planning what planning has cost already
 * @param merging what is set aside for the merger at least
 */
public record Preview(List<Line> subtasks, CostRange cost, Money planning, Money merging) {
    /** One subtask of a preview. */
    public record Line(String id, String type, List<String> dependsOn, String tiers, boolean fansOut, CostRange cost) {
        public Line {
            dependsOn = List.copyOf(dependsOn);
        }
    }

    public Preview {
        subtasks = List.copyOf(subtasks);
    }

    static Preview of(List<GraphNode> nodes, Coordinator coordinator) {
        SubtaskWorker worker = SubtaskWorker.of(coordinator.pools());
        var lines = new ArrayList<Line>();
        CostRange sum = CostRange.FREE;
        for (GraphNode node : nodes) {
            CostRange cost = cost(node, worker, coordinator);
            sum = sum.plus(cost);
            lines.add(new Line(
                    node.id(),
                    node.type().name(),
                    node.dependencies().stream()
                            .map(dependency -> dependency.on())
                            .toList(),
                    tiers(node),
                    node.binding() instanceof Binding.Each,
                    cost));
        }
        return new Preview(lines, sum, Money.ZERO, Money.ZERO);
    }

    private static CostRange cost(GraphNode node, SubtaskWorker worker, Coordinator coordinator) {
        return cost(
                node.type(),
                tier -> worker.quote(node.type(), tier, coordinator.limits()).orElse(CostRange.FREE));
    }

    /** One input of a type, with its size. */
    static CostRange cost(SubtaskType<?, ?> type, Object input, Coordinator coordinator) {
        SubtaskWorker worker = SubtaskWorker.of(coordinator.pools());
        return cost(
                type,
                tier -> worker.quote(RungTask.first(type, input, type.name(), tier), coordinator.limits())
                        .orElse(CostRange.FREE));
    }

    private static CostRange cost(SubtaskType<?, ?> type, Function<Tier, CostRange> quote) {
        CostRange start = CostRange.FREE;
        Money worst = Money.ZERO;
        for (var tier = Optional.of(type.tiers().start());
                tier.isPresent() && !tier.get().isAbove(type.tiers().top());
                tier = tier.get().above()) {
            CostRange first = quote.apply(tier.get());
            start = start.worst().isZero() ? first : start;
            worst = worst.plus(first.worst().times(2));
        }
        return new CostRange(start.low(), start.expected(), worst);
    }

    private static String tiers(GraphNode node) {
        if (!node.type().isModelWork()) {
            return "code";
        }
        var tiers = node.type().tiers();
        return tiers.start() == tiers.top() ? tiers.start().toString() : tiers.start() + "-" + tiers.top();
    }

    Preview withPlanning(Money planned, Money merge, Money limit) {
        CostRange bounded = new CostRange(
                cost.low().atMost(limit),
                cost.expected().atMost(limit),
                cost.worst().atMost(limit));
        return new Preview(subtasks, bounded, planned, merge);
    }
}
