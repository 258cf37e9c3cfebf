// SPDX-License-Identifier: Apache-2.0
package dev.cadre.run;

import dev.cadre.plan.PlannedSubtask;
import dev.cadre.price.CostEstimate;
import dev.cadre.price.CostRange;
import dev.cadre.price.CountRange;
import dev.cadre.price.Money;
import dev.cadre.price.Quote;
import dev.cadre.redact.Thrown;
import dev.cadre.schedule.KeptOutputs;
import dev.cadre.task.Artifacts;
import dev.cadre.task.Binding;
import dev.cadre.task.Dependency;
import dev.cadre.task.GraphNode;
import dev.cadre.task.Limits;
import dev.cadre.task.Outputs;
import dev.cadre.task.SubtaskType;
import dev.cadre.worker.InputSize;
import dev.cadre.worker.SubtaskQuote;
import dev.cadre.worker.SubtaskWorker;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Estimates what the subtasks of a graph will cost: what is known of their inputs is counted, the rest follows from the
 * outputs that they are made of.
 */
public final class GraphEstimate {
    /** What a function adds to the outputs that it makes an input of: names, quotes, a few words. */
    private static final long FUNCTION_BYTES = 4_096;
    /** The head that an outcome has before a merging model. */
    private static final long OUTCOME_BYTES = 100;

    /** That an input is made of outputs, none of which there is yet. */
    private static final class NotYetKnown extends RuntimeException {
        NotYetKnown(String id) {
            super("subtask '%s' has no value yet".formatted(id), null, false, false);
        }
    }

    private static final Outputs NOTHING_YET = id -> {
        throw new NotYetKnown(id);
    };

    private final SubtaskWorker worker;
    private final Limits limits;
    private final boolean failFast;
    private final Map<String, Long> literalBytes = new HashMap<>();
    private final Map<String, CountRange> outputs = new HashMap<>();
    private final Set<String> keeping = new HashSet<>();
    private final List<CostEstimate.Line> lines = new ArrayList<>();
    private Money firstCalls = Money.ZERO;

    private GraphEstimate(RunSettings settings) {
        worker = SubtaskWorker.of(settings.pools());
        limits = settings.limits();
        failFast = settings.failFast();
    }

    /** Of a graph written by hand. */
    public static GraphEstimate of(List<GraphNode> nodes, RunSettings settings) {
        return of(nodes, List.of(), settings);
    }

    /** Of a plan: how long the literals of its inputs are is known, too. */
    public static GraphEstimate of(List<GraphNode> nodes, List<PlannedSubtask> planned, RunSettings settings) {
        return of(nodes, planned, Map.of(), settings);
    }

    /**
     * Of a further round of a plan.
     *
     * @param done the bytes of the outputs of earlier rounds, by subtask: they are read, and merged, but paid already
     */
    public static GraphEstimate of(
            List<GraphNode> nodes, List<PlannedSubtask> planned, Map<String, Long> done, RunSettings settings) {
        var estimate = new GraphEstimate(settings);
        done.forEach((id, bytes) -> estimate.outputs.put(id, CountRange.of(bytes)));
        planned.forEach(subtask -> estimate.literalBytes.put(
                subtask.id(), (long) subtask.toJson().getBytes(StandardCharsets.UTF_8).length));
        nodes.forEach(estimate::add);
        return estimate;
    }

    /** The estimate of a run that has no planner and no merger. */
    public CostEstimate within(Money limit) {
        return within(limit, Quote.NOTHING, Quote.NOTHING, Money.ZERO);
    }

    /**
     * The whole estimate. Where the budget may not hold the first calls of all that could begin at once, none of them is
     * certain to be made.
     *
     * @param floor what the budget must hold for the run to begin
     */
    public CostEstimate within(Money limit, Quote planning, Quote merging, Money floor) {
        Money left = limit.minusOrZero(planning.cost().worst());
        boolean certain = !firstCalls.isMoreThan(Money.ofPico(left.picoUsd() / 2));
        List<CostEstimate.Line> shown =
                certain ? lines : lines.stream().map(CostEstimate.Line::atBest).toList();
        return new CostEstimate(shown, planning, merging, limit, floor);
    }

    /** The bytes of all outcomes together, as a merging model reads them. */
    public CountRange outcomeBytes() {
        CountRange sum = CountRange.NONE;
        for (CountRange output : outputs.values()) {
            sum = sum.plus(output).plus(new CountRange(0, OUTCOME_BYTES, OUTCOME_BYTES));
        }
        return sum;
    }

    private void add(GraphNode node) {
        if (node.binding() instanceof Binding.Join join) {
            outputs.put(node.id(), read(node));
            if (join.members().stream().anyMatch(keeping::contains)) {
                keeping.add(node.id());
            }
            lines.add(line(node, CountRange.of(1), Quote.NOTHING));
            return;
        }
        Optional<List<?>> inputs = knownInputs(node);
        CountRange items =
                inputs.map(List::size).map(size -> CountRange.of(size)).orElseGet(() -> unknownItems(node));
        Quote quote = Quote.NOTHING;
        CountRange output;
        if (inputs.isPresent() && inputs.get().size() <= limits.maxItems()) {
            output = worker.quote(node.type(), unknownInput(node, items), limits)
                    .outputBytes()
                    .times(items);
            var kept = KeptOutputs.of(node, limits.tools().outputBytes());
            for (Object input : inputs.get()) {
                SubtaskQuote one = worker.quote(kept.reading(input), new InputSize.Known(input), limits);
                quote = quote.plus(one.quote());
                firstCalls = CostRange.of(firstCalls)
                        .plus(CostRange.of(one.firstCall()))
                        .worst();
            }
        } else if (inputs.isPresent()) {
            output = CountRange.NONE; // a list that is too long fails its subtask, and nothing is sent
        } else {
            SubtaskQuote one = worker.quote(reading(node), unknownInput(node, items), limits);
            quote = one.quote().atBest().times(items);
            output = one.outputBytes().times(items);
        }
        boolean starts = node.dependencies().isEmpty() && !node.optional() && !failFast;
        outputs.put(node.id(), output);
        node.type().keptAbove().ifPresent(bytes -> keeping.add(node.id()));
        Quote certain = starts ? quote : quote.atBest();
        lines.add(line(node, items, node.type().maySpendUndeclared() ? certain.openEnded() : certain));
    }

    private static CostEstimate.Line line(GraphNode node, CountRange items, Quote quote) {
        return new CostEstimate.Line(
                node.id(),
                node.type().name(),
                node.dependencies().stream().map(Dependency::on).toList(),
                tiers(node.type()),
                items,
                quote);
    }

    /** The inputs that depend on no output; empty if they are yet to be made. No function of the caller's sees outputs. */
    static Optional<List<?>> knownInputs(GraphNode node) {
        try {
            return Optional.of(
                    switch (node.binding()) {
                        case Binding.One one -> List.of(one.input().apply(NOTHING_YET));
                        case Binding.Each each -> each.inputs().apply(NOTHING_YET);
                        case Binding.Join join -> List.of();
                    });
        } catch (Throwable unmakeable) {
            Thrown.keepInterrupt(unmakeable);
            return Optional.empty();
        }
    }

    /** What it is made of may be kept, and then its model has rounds of a tool. */
    private SubtaskType<?, ?> reading(GraphNode node) {
        boolean mayRead = node.type().isModelWork()
                && (!node.kept().isEmpty()
                        || node.dependencies().stream().anyMatch(dependency -> keeping.contains(dependency.on())));
        return mayRead ? node.type().reading(Artifacts.unknown(limits.tools().outputBytes())) : node.type();
    }

    private CountRange unknownItems(GraphNode node) {
        return switch (node.binding()) {
            case Binding.One one -> CountRange.of(1);
            case Binding.Join join -> CountRange.NONE;
            case Binding.Each each ->
                new CountRange(0, Math.min(limits.estimates().items(), limits.maxItems()), limits.maxItems());
        };
    }

    /** Its literals, and all that its dependencies bring; an item takes its part of that as a rule, and all at worst. */
    private InputSize unknownInput(GraphNode node, CountRange items) {
        CountRange read = read(node);
        long literals = literalBytes.getOrDefault(node.id(), 0L);
        long each = read.expected() / Math.max(1, items.expected());
        return new InputSize.Between(new CountRange(0, each, read.worst())
                .plus(new CountRange(0, literals, literals))
                .plus(new CountRange(0, 0, FUNCTION_BYTES)));
    }

    private CountRange read(GraphNode node) {
        CountRange read = CountRange.NONE;
        for (String on :
                node.dependencies().stream().map(Dependency::on).distinct().toList()) {
            read = read.plus(outputs.getOrDefault(on, CountRange.NONE));
        }
        return read;
    }

    /** The tiers of a type, with the pools that it names: {@code NANO-MINI (NANO: pool eye)}. */
    public static String tiers(SubtaskType<?, ?> type) {
        if (!type.isModelWork()) {
            return "code";
        }
        var tiers = type.tiers();
        String range = tiers.start() == tiers.top() ? tiers.start().toString() : tiers.start() + "-" + tiers.top();
        String named = tiers.pools().entrySet().stream()
                .filter(pool -> tiers.include(pool.getKey()))
                .map(pool -> "%s: pool %s".formatted(pool.getKey(), pool.getValue()))
                .collect(Collectors.joining(", "));
        return named.isEmpty() ? range : "%s (%s)".formatted(range, named);
    }
}
