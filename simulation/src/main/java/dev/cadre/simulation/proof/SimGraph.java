// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

import dev.cadre.merge.SubtaskOutcome;
import dev.cadre.schedule.RunCommand;
import dev.cadre.simulation.proof.SimTypes.Finding;
import dev.cadre.simulation.proof.SimTypes.Question;
import dev.cadre.task.Binding;
import dev.cadre.task.Condition;
import dev.cadre.task.Dependency;
import dev.cadre.task.GraphNode;
import dev.cadre.task.Outputs;
import dev.cadre.task.SubtaskType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Draws graphs: shallow and deep, with fan-out, soft edges, optional subtasks, and now and then an edge to nowhere. */
final class SimGraph {
    /** The most items that a fan-out may have in a simulated world; now and then one has more. */
    static final int MOST_ITEMS = 20;

    private static final int REACH = 20;

    private final SplittableRandom dice;
    private final boolean planned;
    private final boolean branching;
    private final boolean shallow;

    private SimGraph(SplittableRandom dice, boolean planned, boolean branching) {
        this.dice = dice;
        this.planned = planned;
        this.branching = branching;
        this.shallow = dice.nextBoolean();
    }

    /**
     * Draws a graph.
     *
     * @param planned whether it is a plan, which may refer to what it lacks
     * @param branching whether it has conditions, races, quorums and fan-outs of which a part is enough
     */
    static List<GraphNode> random(SplittableRandom dice, int size, boolean planned, boolean branching) {
        var graph = new SimGraph(dice, planned, branching);
        var nodes = new ArrayList<GraphNode>();
        for (int position = 0; position < size; position++) {
            boolean isChoice = branching && position > 1 && SimDice.chance(dice, 0.1);
            nodes.add(isChoice ? graph.choice(nodes) : graph.node(position));
        }
        return nodes;
    }

    /** A race or a quorum of subtasks before it. */
    private GraphNode choice(List<GraphNode> before) {
        var members = new LinkedHashMap<String, Dependency>();
        for (int i = 0; i < 3; i++) {
            GraphNode member = before.get(before.size() - 1 - dice.nextInt(Math.min(before.size(), REACH)));
            if (!(member.binding() instanceof Binding.Each)) {
                members.put(member.id(), new Dependency(member.id(), true));
            }
        }
        int enough = members.isEmpty() ? 0 : 1 + dice.nextInt(members.size());
        return new GraphNode(
                "s" + before.size(),
                SimTypes.ALL.getFirst(),
                new Binding.Join(
                        List.copyOf(members.keySet()),
                        enough,
                        outputs -> new Binding.Joined(Finding.of(true, true), "")),
                List.copyOf(members.values()),
                false);
    }

    /** Subtasks of one type that know nothing of each other. */
    static List<GraphNode> independent(SubtaskType<?, ?> type, int size) {
        return IntStream.range(0, size)
                .mapToObj(position -> new GraphNode(
                        "s" + position,
                        type,
                        new Binding.One(outputs -> new Question("about " + position)),
                        List.of(),
                        false))
                .toList();
    }

    /** What a planner adds in a further round: something for most of what is not done, now and then nothing. */
    static List<GraphNode> round(SplittableRandom dice, RunCommand.StartRound round, List<SubtaskType<?, ?>> types) {
        var nodes = new ArrayList<GraphNode>();
        if (SimDice.chance(dice, 0.1)) {
            return nodes;
        }
        List<String> done = round.outcomes().stream()
                .filter(each -> each.outcome().isSucceeded())
                .map(SubtaskOutcome::id)
                .toList();
        List<List<String>> undone = new ArrayList<>();
        round.undone().forEach(each -> undone.add(List.of(each.subtaskId())));
        undone.add(List.of()); // and one that stands in nobody's place
        for (List<String> replaced : undone) {
            if (SimDice.chance(dice, 0.8)) {
                List<Dependency> dependencies = done.isEmpty() || dice.nextBoolean()
                        ? List.of()
                        : List.of(new Dependency(done.get(dice.nextInt(done.size())), false));
                int position = round.outcomes().size() + nodes.size();
                nodes.add(new GraphNode(
                        "r%d-%d".formatted(round.round(), nodes.size()),
                        types.get(dice.nextInt(types.size())),
                        one(position, dependencies),
                        dependencies,
                        false,
                        replaced));
            }
        }
        return nodes;
    }

    private GraphNode node(int position) {
        List<Dependency> dependencies = dependencies(position);
        return new GraphNode(
                "s" + position,
                SimTypes.ALL.get(dice.nextInt(SimTypes.ALL.size())),
                SimDice.chance(dice, 0.1) ? each(position, dependencies) : one(position, dependencies),
                dependencies,
                SimDice.chance(dice, 0.1));
    }

    private List<Dependency> dependencies(int position) {
        var dependencies = new LinkedHashMap<String, Dependency>();
        int count = position == 0 || (shallow && dice.nextBoolean()) ? 0 : dice.nextInt(4);
        for (int i = 0; i < count; i++) {
            String on = "s" + (position - 1 - dice.nextInt(Math.min(position, REACH)));
            boolean soft = SimDice.chance(dice, 0.2);
            dependencies.put(on, new Dependency(on, soft, condition()));
        }
        if (planned && SimDice.chance(dice, 0.01)) {
            dependencies.put("ghost", new Dependency("ghost", false));
        }
        return List.copyOf(dependencies.values());
    }

    private Optional<Condition> condition() {
        return branching && SimDice.chance(dice, 0.1)
                ? Optional.of(
                        new Condition("it is even", output -> output.toString().length() % 2 == 0))
                : Optional.empty();
    }

    private static Binding one(int position, List<Dependency> dependencies) {
        return new Binding.One(outputs -> question(position, -1, dependencies, outputs));
    }

    private Binding each(int position, List<Dependency> dependencies) {
        int items = SimDice.chance(dice, 0.02) ? MOST_ITEMS + 1 : dice.nextInt(9);
        int needed = dice.nextInt(3);
        return new Binding.Each(
                outputs -> IntStream.range(0, items)
                        .mapToObj(item -> question(position, item, dependencies, outputs))
                        .toList(),
                total -> Math.min(needed, total),
                branching && needed > 0 && dice.nextBoolean(),
                false);
    }

    private static Question question(int position, int item, List<Dependency> dependencies, Outputs outputs) {
        var read = new StringBuilder("about %d#%d, given".formatted(position, item));
        for (Dependency on : dependencies) {
            read.append(' ')
                    .append(on.on())
                    .append('=')
                    .append(outputs.of(on.on()).map(SimGraph::brief).orElse("nothing"));
        }
        return new Question(read.toString());
    }

    /** Of its text: the hash of what holds an enum constant differs from one process to the next. */
    private static String brief(Object output) {
        return output instanceof Finding finding
                ? finding.text()
                : Integer.toString(output.toString().hashCode());
    }
}
