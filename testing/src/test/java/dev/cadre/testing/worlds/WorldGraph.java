// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing.worlds;

import dev.cadre.task.Input;
import dev.cadre.task.Items;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskRef;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.worlds.WorldTypes.Ask;
import dev.cadre.testing.worlds.WorldTypes.Parts;
import dev.cadre.testing.worlds.WorldTypes.Said;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/** The graph of a world, the same in every session: built again, and known well enough to say what is right. */
final class WorldGraph {
    private static final List<String> TYPES =
            List.of("note", "note", "judged", "reading", "writing", "split", "code", "code");

    /** A subtask: on whom it depends, which of them softly, and whether it fans out over the first. */
    record Node(String id, String type, List<Integer> on, List<Boolean> soft, boolean fansOut, boolean optional) {}

    private final World world;
    private final List<Node> nodes = new ArrayList<>();

    WorldGraph(World world) {
        this.world = world;
        SplittableRandom dice = world.seed.dice("graph");
        int size = 1 + dice.nextInt(4);
        for (int i = 0; i < size; i++) {
            nodes.add(node(i, size, dice));
        }
    }

    private Node node(int position, int size, SplittableRandom dice) {
        var on = new ArrayList<Integer>();
        var soft = new ArrayList<Boolean>();
        for (int i = 0; i < position && on.size() < 3; i++) {
            if (dice.nextInt(3) == 0) {
                on.add(i);
                soft.add(dice.nextInt(4) == 0);
            }
        }
        boolean fansOut = !on.isEmpty()
                && !soft.getFirst()
                && nodes.get(on.getFirst()).type().equals("split")
                && !nodes.get(on.getFirst()).fansOut();
        String type = position == size - 1 ? "note" : TYPES.get(dice.nextInt(TYPES.size()));
        boolean optional = position < size - 1 && dice.nextInt(4) == 0;
        return new Node("n" + position, type, on, soft, fansOut, optional);
    }

    List<Node> nodes() {
        return nodes;
    }

    boolean isPlain() {
        return nodes.stream().noneMatch(Node::fansOut);
    }

    @SuppressWarnings("unchecked") // types are drawn, so only their names are known here
    TaskGraph<?> build(WorldTypes types) {
        var graph = TaskGraph.builder();
        var refs = new ArrayList<SubtaskRef<?>>();
        for (Node node : nodes) {
            var type = (SubtaskType<Ask, Object>) types.type(node.type());
            var sources = new ArrayList<SubtaskRef<Object>>();
            for (int i = 0; i < node.on().size(); i++) {
                SubtaskRef<?> ref = refs.get(node.on().get(i));
                sources.add((SubtaskRef<Object>) (node.soft().get(i) ? ref.ifSucceeded() : ref));
            }
            SubtaskRef<?> added = add(graph, node, type, sources);
            if (node.optional()) {
                graph.optional(added);
            }
            refs.add(added);
        }
        return graph.answering(refs.getLast());
    }

    private SubtaskRef<?> add(
            TaskGraph.Builder graph, Node node, SubtaskType<Ask, Object> type, List<SubtaskRef<Object>> sources) {
        if (sources.isEmpty()) {
            return graph.add(node.id(), type, ask(text(node, List.of())));
        }
        if (node.fansOut()) {
            Input.Each<Ask> inputs = Input.forEach(sources.getFirst(), parts -> edge(node, each(node, parts)));
            SubtaskRef<?> added = graph.add(node.id(), type, inputs);
            sources.stream().skip(1).forEach(more -> graph.after(added, more));
            return added;
        }
        Input<Ask> input = Input.fromAll(sources, values -> edge(node, ask(text(node, values))));
        return graph.add(node.id(), type, input);
    }

    private <T> T edge(Node node, T input) {
        if (world.befalls(Mishap.EDGE_THROWS, "edge " + node.id())) {
            throw new IllegalStateException("the edge broke");
        }
        if (world.befalls(Mishap.EDGE_THROWS_ERROR, "edge " + node.id())) {
            throw new NoSuchMethodError("the edge broke");
        }
        return world.befalls(Mishap.EDGE_RETURNS_NULL, "edge " + node.id()) ? WorldTypes.nothing() : input;
    }

    private List<Ask> each(Node node, Object parts) {
        return ((Parts) parts)
                .texts().stream().map(text -> ask(node.id() + ":" + text)).toList();
    }

    /** Maps have no order of their own: another process may write them in another one. */
    Ask ask(String text) {
        var marks = new LinkedHashMap<String, Integer>();
        List<String> names = new ArrayList<>(List.of("a", "b", "c"));
        if (world.isResumed() && world.draws(Mishap.OTHER_ORDER)) {
            names = names.reversed();
        }
        names.forEach(name -> marks.put(name, name.charAt(0) + 0));
        return new Ask(text, marks);
    }

    private static String text(Node node, List<?> values) {
        return node.id() + "(" + values.stream().map(WorldGraph::brief).collect(Collectors.joining(",")) + ")";
    }

    private static String brief(Object value) {
        return switch (value) {
            case Said said -> said.text();
            case Parts(List<String> texts) -> Integer.toHexString(texts.hashCode());
            case Items<?> items ->
                items.outcomes().stream()
                        .map(item -> item.ifSucceeded().map(WorldGraph::brief).orElse("-"))
                        .collect(Collectors.joining("+"));
            case Optional<?> soft -> soft.map(WorldGraph::brief).orElse("none");
            default -> throw new WorldViolation("an output that no type makes: " + value);
        };
    }

    /** Every value must be what its type makes of the outcomes that it was made from. */
    void check(Map<String, Outcome<?>> outcomes) {
        WorldViolation.unless(
                List.copyOf(outcomes.keySet())
                        .equals(nodes.stream().map(Node::id).toList()),
                "outcomes of %s",
                outcomes.keySet());
        for (Node node : nodes) {
            Optional<?> value = outcomes.get(node.id()).ifSucceeded();
            value.ifPresent(found -> checkValue(node, found, outcomes));
        }
    }

    private void checkValue(Node node, Object value, Map<String, Outcome<?>> outcomes) {
        var inputs = new ArrayList<Object>();
        for (int i = 0; i < node.on().size(); i++) {
            Outcome<?> outcome = outcomes.get(nodes.get(node.on().get(i)).id());
            WorldViolation.unless(
                    node.soft().get(i) || outcome.isSucceeded(), "'%s' succeeded without its inputs", node.id());
            inputs.add(
                    node.soft().get(i)
                            ? outcome.ifSucceeded()
                            : outcome.ifSucceeded().orElseThrow());
        }
        if (!node.fansOut()) {
            String ask = text(node, inputs);
            WorldViolation.unless(WorldTypes.isRight(node.type(), ask, value), "'%s' is %s", node.id(), value);
            return;
        }
        List<Ask> asks = each(node, inputs.getFirst());
        List<? extends Outcome<?>> items = ((Items<?>) value).outcomes();
        WorldViolation.unless(items.size() == asks.size(), "%d items of %d", items.size(), asks.size());
        for (int i = 0; i < items.size(); i++) {
            String ask = asks.get(i).text();
            items.get(i)
                    .ifSucceeded()
                    .ifPresent(item -> WorldViolation.unless(
                            WorldTypes.isRight(node.type(), ask, item), "item of '%s' is %s", node.id(), item));
        }
    }
}
