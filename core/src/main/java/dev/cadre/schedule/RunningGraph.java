// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import dev.cadre.task.Binding;
import dev.cadre.task.Dependency;
import dev.cadre.task.Failure;
import dev.cadre.task.GraphNode;
import dev.cadre.task.Outcome;
import dev.cadre.task.Skip;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Predicate;

/** The subtasks of a run in plan order, who waits for whom, and which of them are ready. */
final class RunningGraph {
    /** In place of an index. */
    private static final int WHOLE = -1;

    private final Map<String, Subtask> subtasks = new LinkedHashMap<>();
    private final Map<String, List<Subtask>> dependents = new HashMap<>(); // only ever looked up, never iterated
    private final PriorityQueue<Subtask> ready = new PriorityQueue<>(
            Comparator.comparing((Subtask each) -> each.node.optional()).thenComparingInt(each -> each.position));
    /** Executions that wait for money in flight. */
    final ExecutionQueue queue = new ExecutionQueue();

    private final Deque<Subtask> ended = new ArrayDeque<>();
    /** The ids of subtasks, and of items, in whose place others stand. */
    private final Set<String> replaced = new HashSet<>();

    /** By those that lead to them, as far as somebody asked. */
    private final Map<Subtask, Set<Subtask>> choices = new HashMap<>();

    private final EarlierOutcomes earlier;
    private int unended;

    /** @param earlier knows what races and quorums took in an earlier session */
    RunningGraph(EarlierOutcomes earlier) {
        this.earlier = earlier;
    }

    Subtask add(GraphNode node) {
        var subtask = new Subtask(node, subtasks.size(), earlier.winners(node.id()));
        if (subtasks.putIfAbsent(node.id(), subtask) != null) {
            throw new IllegalArgumentException("subtask '%s' was admitted already".formatted(node.id()));
        }
        unended++;
        choices.clear();
        replaced.addAll(node.replaces());
        subtask.awaited.removeIf(id -> find(id).filter(Subtask::isEnded).isPresent());
        subtask.awaited.forEach(id ->
                dependents.computeIfAbsent(id, unknown -> new ArrayList<>()).add(subtask));
        if (subtask.isReady()) {
            ready.add(subtask);
        }
        return subtask;
    }

    /** Whether another subtask stands in the place of this one, or of this item. */
    boolean isReplaced(String id) {
        return replaced.contains(id);
    }

    Optional<Subtask> find(String id) {
        return Optional.ofNullable(subtasks.get(id));
    }

    /** All of them, in plan order. */
    Collection<Subtask> all() {
        return Collections.unmodifiableCollection(subtasks.values());
    }

    int size() {
        return subtasks.size();
    }

    /** Those that wait for a subtask, or have waited for it. */
    List<Subtask> dependents(Subtask subtask) {
        return Collections.unmodifiableList(dependents.getOrDefault(subtask.id(), List.of()));
    }

    /** Those that a subtask depends on, as far as they are known. */
    List<Subtask> dependencies(Subtask subtask) {
        return subtask.node.dependencies().stream()
                .map(Dependency::on)
                .distinct()
                .map(subtasks::get)
                .filter(Objects::nonNull)
                .toList();
    }

    /** Whether a subtask needs some of those that it depends on, and not all. */
    static boolean isChoice(Subtask subtask) {
        return subtask.node.binding() instanceof Binding.Join join && join.enough() > 0;
    }

    /** The choices whose members lead to it, and the fan-out itself if a part of it is enough. */
    Set<Subtask> choices(Subtask subtask) {
        return choices.computeIfAbsent(subtask, this::choicesBehind);
    }

    private Set<Subtask> choicesBehind(Subtask subtask) {
        Set<Subtask> reached = new LinkedHashSet<>(Set.of(subtask));
        Deque<Subtask> open = new ArrayDeque<>(reached);
        for (Subtask next = open.poll(); next != null; next = open.poll()) {
            dependents(next).stream().filter(reached::add).forEach(open::add);
        }
        reached.removeIf(each -> !isChoice(each) && !(each == subtask && subtask.stopsThere()));
        return reached;
    }

    /** How a subtask ended that an earlier session came to do without, whatever could be made of it now. */
    Optional<Outcome<Object>> needless(Subtask subtask) {
        return earlier.needless(subtask.id());
    }

    /** How a subtask ends whose input could not be made. */
    Outcome<Object> unmade(Subtask subtask, Failure failure) {
        Outcome<Object> end = earlier.unmade(subtask.id(), WHOLE, failure);
        subtask.isUnmade = Execution.awaited(end).isPresent();
        return end;
    }

    /** Whether so many of its items, or of those that it depends on, have succeeded that the others are not needed. */
    boolean hasEnough(Subtask subtask) {
        return switch (subtask.node.binding()) {
            case Binding.One one -> false;
            case Binding.Each each -> subtask.hasEnough(each);
            case Binding.Join join -> join.enough() > 0 && hasEnough(subtask, join);
        };
    }

    private boolean hasEnough(Subtask subtask, Binding.Join join) {
        Optional<List<Subtask>> winners = winners(subtask);
        return winners.isPresent()
                ? winners.get().stream().allMatch(RunningGraph::isSucceeded)
                : find(join.members()).stream().noneMatch(this::isUnmade)
                        && find(join.members()).stream()
                                        .filter(RunningGraph::isSucceeded)
                                        .count()
                                >= join.enough();
    }

    /**
     * What a race or a quorum took in an earlier session, which it takes again whoever else succeeds now: what depends on it
     * is paid already. Empty if there is none, or one of them has no output any more.
     */
    private Optional<List<Subtask>> winners(Subtask subtask) {
        List<Subtask> winners = isChoice(subtask) ? find(subtask.winners) : List.of();
        return winners.isEmpty() || winners.stream().anyMatch(this::isLost) ? Optional.empty() : Optional.of(winners);
    }

    /** Those of its members that a join takes the outputs of. */
    List<Subtask> taken(Subtask subtask, Binding.Join join) {
        List<Subtask> open = subtask.chosen.isEmpty() ? find(join.members()) : subtask.chosen;
        return winners(subtask).orElse(open).stream()
                .filter(RunningGraph::isSucceeded)
                .toList();
    }

    /** A race or a quorum has enough: it takes what has succeeded by now, whoever does later. */
    void choose(Subtask choice) {
        if (choice.chosen.isEmpty()) {
            choice.chosen = taken(choice, (Binding.Join) choice.node.binding());
        }
    }

    /** It waits no more for members that others need, and that go on for them. */
    void leaveWhatOthersNeed(Subtask choice) {
        List<String> members = ((Binding.Join) choice.node.binding()).members();
        boolean isLeft = choice.awaited.removeIf(id -> members.contains(id)
                && find(id).filter(member -> !member.unneeded && !member.isEnded())
                        .isPresent());
        if (isLeft) {
            makeReady(choice);
        }
    }

    /** A subtask as another one sees it: of its members a join sees those that it takes. */
    Optional<Subtask> seen(Subtask by, String id) {
        Optional<Subtask> found = find(id);
        return isChoice(by)
                        && by.node.binding() instanceof Binding.Join join
                        && join.members().contains(id)
                ? found.filter(taken(by, join)::contains)
                : found;
    }

    /** Whether it has ended without an output for good: not because the session ended, or something is waited for. */
    private boolean isLost(Subtask winner) {
        return winner.outcome != null
                && !winner.outcome.isSucceeded()
                && !winner.outcome.isCutOff()
                && !isAwaited(winner);
    }

    /** Whether what it took in an earlier session is to be forgotten, so that the next one tries all again. */
    boolean hasLostWinners(Subtask subtask, Outcome<?> outcome) {
        return !subtask.winners.isEmpty()
                && (isChoice(subtask)
                        ? !outcome.isSucceeded()
                                && find(subtask.winners).stream().anyMatch(this::isLost)
                        : outcome instanceof Outcome.Failed<?> && !outcome.isCutOff());
    }

    private static boolean isSucceeded(Subtask subtask) {
        return subtask.outcome instanceof Outcome.Succeeded<?>;
    }

    /** The ids that a subtask depends on and that nobody has admitted. */
    List<String> unknownTo(Subtask subtask) {
        return subtask.node.dependencies().stream()
                .map(Dependency::on)
                .filter(id -> !subtasks.containsKey(id))
                .toList();
    }

    void end(Subtask subtask, Outcome<?> outcome) {
        subtask.outcome = outcome;
        unended--;
        ended.add(subtask);
    }

    boolean isAllEnded() {
        return unended == 0;
    }

    /** Whether something ended whose dependents have not heard of it. */
    boolean isAnyUnheard() {
        return !ended.isEmpty();
    }

    /** Whether something ended whose dependents have not heard of it, or something is ready or looks again. */
    boolean isUnsettled() {
        return isAnyUnheard() || !ready.isEmpty() || queue.isAnyLooking();
    }

    /** The dependents of everything that has ended since, now that they await it no more. */
    List<Subtask> takeReleased() {
        var released = new ArrayList<Subtask>();
        for (Subtask done = ended.poll(); done != null; done = ended.poll()) {
            for (Subtask dependent : dependents.getOrDefault(done.id(), List.of())) {
                dependent.awaited.remove(done.id());
                released.add(dependent);
            }
        }
        return released;
    }

    /** Puts a subtask that awaits nothing any more among the ready ones. */
    void makeReady(Subtask subtask) {
        if (subtask.isReady()) {
            ready.add(subtask);
        }
    }

    /** The next subtask to start: required ones first, which come before the others for money, each in plan order. */
    Optional<Subtask> takeReady() {
        for (Subtask next = ready.poll(); next != null; next = ready.poll()) {
            if (next.isReady()) {
                return Optional.of(next);
            }
        }
        return Optional.empty();
    }

    /**
     * Why a subtask cannot start: those at fault, the first in a chain of skips, in the order of its dependencies. Waits
     * for all of its dependencies, so that who is at fault does not depend on who failed first.
     */
    Optional<Skip> unreachable(Subtask subtask) {
        if (subtask.isEnded() || !subtask.awaited.isEmpty()) {
            return Optional.empty();
        }
        return subtask.node.binding() instanceof Binding.Join join
                ? unjoinable(subtask, join)
                : unreachable(subtask, dependency -> !dependency.soft(), on -> true);
    }

    /** Whether those that did not succeed leave enough; of those that are not needed nobody is at fault. */
    private Optional<Skip> unjoinable(Subtask subtask, Binding.Join join) {
        boolean hasEnough = hasEnough(subtask);
        Optional<Skip> ownFault = unreachable(
                subtask,
                dependency -> !dependency.soft(),
                on -> !hasEnough || !join.members().contains(on));
        return ownFault.isPresent() || join.enough() == 0 || hasEnough
                ? ownFault
                : unreachable(subtask, dependency -> true, join.members()::contains);
    }

    /**
     * Why it cannot start.
     *
     * @param isNeeded which dependencies must have succeeded; of others it matters only whether they wait for somebody
     * @param which the ids of the dependencies that matter
     */
    private Optional<Skip> unreachable(Subtask subtask, Predicate<Dependency> isNeeded, Predicate<String> which) {
        Set<String> culprits = new LinkedHashSet<>();
        Set<String> unneeded = new LinkedHashSet<>();
        for (Dependency dependency : subtask.node.dependencies()) {
            Subtask on = subtasks.get(dependency.on());
            if (on == null || on.outcome == null || !which.test(on.id())) {
                continue;
            }
            boolean isFatal = isNeeded.test(dependency) ? !on.outcome.isSucceeded() : isOpen(on);
            if (isFatal) {
                (on.outcome.isNotNeeded() ? unneeded : culprits).addAll(culprits(on, on.outcome));
            }
        }
        if (!culprits.isEmpty()) {
            List<String> because = List.copyOf(culprits);
            return Optional.of(new Skip(Skip.Kind.DEPENDENCY, RootCause.reasons(find(because)), because));
        }
        return unneeded.isEmpty()
                ? Optional.empty()
                : Optional.of(new Skip(
                        Skip.Kind.NOT_NEEDED,
                        "what it is made of is not needed, by %s".formatted(String.join(", ", unneeded)),
                        List.copyOf(unneeded)));
    }

    /** Whether it is required, or a required one that has not ended cannot do without it. */
    boolean isNeeded(String subtaskId) {
        var needing = new HashSet<String>(Set.of(subtaskId));
        boolean isMore = true;
        while (isMore) {
            isMore = false;
            for (Subtask each : all()) {
                if (!each.isEnded() && !each.unneeded && needsAnyOf(each, needing)) {
                    if (!each.node.optional()) {
                        return true;
                    }
                    isMore |= needing.add(each.id());
                }
            }
        }
        return false;
    }

    /** A join may need any of its members, although its edges are soft: the others may fail. */
    private static boolean needsAnyOf(Subtask subtask, Set<String> ids) {
        boolean isJoin = subtask.node.binding() instanceof Binding.Join;
        return ids.contains(subtask.id())
                || subtask.node.dependencies().stream()
                        .anyMatch(edge -> (isJoin || !edge.soft()) && ids.contains(edge.on()));
    }

    /** Whether its end is not its last: of an optional one only if an earlier session left something of it. */
    boolean isOpen(Subtask on) {
        return on.node.optional() ? isUnmade(on) : isAwaited(on);
    }

    /** Whether it, or a subtask that it was skipped for, waits for somebody or something. */
    boolean isAwaited(Subtask on) {
        return isOf(on, each -> Execution.awaited(each.outcome).isPresent());
    }

    /** Whether it, or a subtask that it was skipped for, waits for work that cannot be made out. */
    private boolean isUnmade(Subtask on) {
        return isOf(on, Subtask::isUnmade);
    }

    private boolean isOf(Subtask on, Predicate<Subtask> which) {
        return on.outcome instanceof Outcome.Skipped<?>(Skip skip)
                && (which.test(on) || find(skip.because()).stream().anyMatch(which));
    }

    /** The subtasks of these ids, as far as there are any. */
    List<Subtask> find(List<String> ids) {
        return ids.stream().map(this::find).flatMap(Optional::stream).toList();
    }

    private static List<String> culprits(Subtask on, Outcome<?> outcome) {
        return outcome instanceof Outcome.Skipped<?>(Skip skip)
                        && !skip.because().isEmpty()
                ? skip.because()
                : List.of(on.id());
    }
}
