// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.forecast;

import dev.cadre.simulation.proof.SimTypes;
import dev.cadre.simulation.proof.SimTypes.Finding;
import dev.cadre.simulation.proof.SimTypes.Question;
import dev.cadre.task.Binding;
import dev.cadre.task.Dependency;
import dev.cadre.task.GraphNode;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.Work;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Turns a graph of somebody's own types into one that can be simulated: the same subtasks, dependencies, tiers and caps,
 * with inputs that only say whose they are.
 */
final class SimPlaceholders {
    private final SimAssumptions assumed;
    private final Map<String, SubtaskType<?, ?>> types = new HashMap<>();

    private SimPlaceholders(SimAssumptions assumed) {
        this.assumed = assumed;
    }

    /** @throws IllegalArgumentException if nobody says how many items a fan-out has */
    static List<GraphNode> of(List<GraphNode> nodes, SimAssumptions assumed) {
        var placeholders = new SimPlaceholders(assumed);
        return nodes.stream().map(placeholders::of).toList();
    }

    private GraphNode of(GraphNode node) {
        SubtaskType<?, ?> type = types.computeIfAbsent(node.type().name(), name -> placeholder(node.type()));
        List<Dependency> unconditional = node.dependencies().stream()
                .map(each -> new Dependency(each.on(), each.soft()))
                .distinct()
                .toList();
        return new GraphNode(node.id(), type, binding(node), unconditional, node.optional());
    }

    private SubtaskType<?, ?> placeholder(SubtaskType<?, ?> type) {
        return switch (type.work()) {
            case Work.Code<?, ?> code ->
                SubtaskType.<Question, Finding>code(type.name(), Question.class, Finding.class, (question, context) -> {
                            throw new IllegalStateException("the simulator never runs code");
                        })
                        .costing(code.costPerCall());
            case Work.Model<?, ?> model -> placeholder(type, model);
        };
    }

    private SubtaskType<?, ?> placeholder(SubtaskType<?, ?> type, Work.Model<?, ?> model) {
        var tiers = type.tiers();
        var placeholder = SubtaskType.model(type.name(), Question.class, Finding.class, "Answer.")
                .accept("the verifier accepts it", (question, finding) -> finding.score() >= SimTypes.PASSING_SCORE)
                .startingAt(tiers.start())
                .upTo(tiers.top())
                .notBelow(tiers.floor());
        if (!model.tools().isEmpty()) {
            placeholder = placeholder.tools(SimTypes.READ);
        } else if (assumed.profile(type.name(), tiers.start()).toolRounds() > 0) {
            throw new IllegalArgumentException("subtask type '%s' has no tools to ask for".formatted(type.name()));
        }
        return model.maxOutputTokens().isPresent()
                ? placeholder.maxOutputTokens(model.maxOutputTokens().getAsLong())
                : placeholder;
    }

    private Binding binding(GraphNode node) {
        return switch (node.binding()) {
            case Binding.One one -> new Binding.One(outputs -> new Question(node.id()));
            case Binding.Each each -> {
                int items = items(node, each);
                List<Question> questions = IntStream.range(0, items)
                        .mapToObj(item -> new Question(node.id() + "#" + item))
                        .toList();
                yield new Binding.Each(outputs -> questions, each.minSuccess(), each.stopsThere(), false);
            }
            case Binding.Join join ->
                new Binding.Join(
                        join.members(),
                        join.enough(),
                        outputs -> new Binding.Joined(new Finding("what was joined", 1), ""));
        };
    }

    private int items(GraphNode node, Binding.Each each) {
        Optional<Integer> assumedItems =
                assumed.profile(node.type().name(), node.type().tiers().start()).items();
        if (assumedItems.isEmpty() && node.dependencies().isEmpty()) {
            return each.inputs().apply(id -> Optional.empty()).size();
        }
        return assumedItems.orElseThrow(() -> new IllegalArgumentException(
                "subtask '%s' fans out over an output that only a real run has: say how many items with WorkProfile.items"
                        .formatted(node.id())));
    }
}
