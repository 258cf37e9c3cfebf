// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.forecast;

import dev.cadre.model.Tier;
import dev.cadre.task.Dependency;
import dev.cadre.task.GraphNode;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * Graham's list schedule: whenever a place is free, the first subtask of the list that may start does so. Computed from
 * durations alone, with nothing of the engine.
 */
final class ListSchedule {
    private record Event(long at, int order, String ended) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            return at != other.at ? Long.compare(at, other.at) : Integer.compare(order, other.order);
        }
    }

    private final List<GraphNode> nodes;
    private final ToLongFunction<GraphNode> nanos;
    private final int parallel;

    /** @param parallel how many of each tier run at once */
    ListSchedule(List<GraphNode> nodes, ToLongFunction<GraphNode> nanos, int parallel) {
        this.nodes = nodes;
        this.nanos = nanos;
        this.parallel = parallel;
    }

    /** The time at which the last subtask ends, if each is known from a time of its own on. */
    long end(ToLongFunction<GraphNode> known) {
        var events = new PriorityQueue<Event>();
        nodes.forEach(node -> events.add(new Event(known.applyAsLong(node), -1, "")));
        Set<String> started = new HashSet<>();
        Set<String> ended = new HashSet<>();
        Map<Tier, Integer> running = new EnumMap<>(Tier.class);
        Map<String, Tier> tiers = new HashMap<>();
        nodes.forEach(node -> tiers.put(node.id(), node.type().tiers().start()));
        long now = 0;
        while (!events.isEmpty()) {
            Event event = events.poll();
            now = event.at();
            if (!event.ended().isEmpty()) {
                ended.add(event.ended());
                running.merge(tiers.get(event.ended()), -1, Integer::sum);
            }
            for (int place = 0; place < nodes.size(); place++) {
                GraphNode node = nodes.get(place);
                Tier tier = node.type().tiers().start();
                boolean ready = known.applyAsLong(node) <= now
                        && node.dependencies().stream().map(Dependency::on).allMatch(ended::contains);
                if (ready && running.getOrDefault(tier, 0) < parallel && started.add(node.id())) {
                    running.merge(tier, 1, Integer::sum);
                    events.add(new Event(now + nanos.applyAsLong(node), place, node.id()));
                }
            }
        }
        return now;
    }

    /** The time that it takes level by level: nothing of a level starts before all of the one above has ended. */
    long waves() {
        Map<String, Integer> levels = new HashMap<>();
        for (GraphNode node : nodes) {
            int above = node.dependencies().stream()
                    .mapToInt(on -> levels.get(on.on()) + 1)
                    .max()
                    .orElse(0);
            levels.put(node.id(), above);
        }
        int depth = levels.values().stream().mapToInt(level -> level).max().orElse(0);
        long end = 0;
        for (int level = 0; level <= depth; level++) {
            int wave = level;
            List<GraphNode> ofLevel = nodes.stream()
                    .filter(node -> levels.get(node.id()) == wave)
                    .map(node -> new GraphNode(node.id(), node.type(), node.binding(), List.of(), false))
                    .toList();
            end += new ListSchedule(ofLevel, nanos, parallel).end(node -> 0);
        }
        return end;
    }

    long sum() {
        return nodes.stream().mapToLong(nanos).sum();
    }
}
