// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import dev.cadre.task.Binding;
import dev.cadre.task.Dependency;
import dev.cadre.task.Outcome;
import dev.cadre.task.Skip;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Gives up what is not needed any more: the losers of a race or a quorum with all that only they needed, and the items of
 * a fan-out of which enough have succeeded.
 */
final class Alternatives {
    private final RunningGraph graph;
    private final Optional<String> answer;
    private final BiConsumer<Subtask, Skip> dropped;
    /** What may be decided since it was looked at last, in the order in which that came to be known. */
    private final Set<Subtask> undecided = new LinkedHashSet<>();

    /**
     * Alternatives of a graph.
     *
     * @param answer the subtask that gives the answer: it is needed always
     * @param dropped gives up a subtask that has not ended
     */
    Alternatives(RunningGraph graph, Optional<String> answer, BiConsumer<Subtask, Skip> dropped) {
        this.graph = graph;
        this.answer = answer;
        this.dropped = dropped;
    }

    /** Something of this subtask has succeeded, or it has ended itself. */
    void heard(Subtask subtask) {
        if (subtask.stopsThere()) {
            undecided.add(subtask);
        }
        if (subtask.isEnded()) {
            graph.dependents(subtask).stream().filter(RunningGraph::isChoice).forEach(undecided::add);
        }
    }

    boolean isAnyToDecide() {
        return undecided.stream().anyMatch(this::isAllKnown);
    }

    /** What stands in the journal is an outcome of this run, whoever else has succeeded by the time when it is found. */
    private boolean isAllKnown(Subtask choice) {
        return graph.all().stream()
                .filter(Subtask::isSoughtOnRecord)
                .noneMatch(sought -> graph.choices(sought).contains(choice));
    }

    /** Gives up what is not needed by what is known now. */
    void decide() {
        List<Subtask> known = undecided.stream().filter(this::isAllKnown).toList();
        known.forEach(undecided::remove);
        known.forEach(this::decide);
    }

    private void decide(Subtask subtask) {
        if (subtask.unneeded || !graph.hasEnough(subtask)) {
            return;
        }
        if (isJoin(subtask)) {
            graph.choose(subtask);
            dropLosers(subtask);
            graph.leaveWhatOthersNeed(subtask);
        } else {
            drop(subtask, new Skip(Skip.Kind.NOT_NEEDED, "enough other items had succeeded", List.of(subtask.id())));
        }
    }

    /** Once: what is interrupted twice has no time to obey. */
    private void drop(Subtask subtask, Skip why) {
        if (!subtask.isEnded() && subtask.dropped == null) {
            dropped.accept(subtask, why);
        }
    }

    /** The ids of those whose outputs a join is made of. */
    List<String> took(Subtask join) {
        return graph.taken(join, (Binding.Join) join.node.binding()).stream()
                .map(Subtask::id)
                .toList();
    }

    /** The ids of those that are not needed any more because a join has others, in the order in which that was found. */
    List<String> without(Subtask join) {
        if (RunningGraph.isChoice(join)) {
            dropLosers(join);
        }
        return join.without.stream().map(Subtask::id).toList();
    }

    private void dropLosers(Subtask join) {
        var skip =
                new Skip(Skip.Kind.NOT_NEEDED, "others were enough for '%s'".formatted(join.id()), List.of(join.id()));
        Deque<Subtask> open = new ArrayDeque<>();
        graph.find(((Binding.Join) join.node.binding()).members()).stream()
                .filter(each -> !isSucceeded(each))
                .forEach(open::add);
        for (Subtask loser = open.poll(); loser != null; loser = open.poll()) {
            if (!loser.unneeded && isDispensable(loser)) {
                giveUp(loser, join);
                drop(loser, skip);
                open.addAll(graph.dependencies(loser));
            }
        }
    }

    /**
     * What has succeeded by then stays so in each session; nobody asks what it lacks. Another join never comes to say what it
     * did without.
     */
    private static void giveUp(Subtask loser, Subtask join) {
        loser.unneeded = true;
        if (loser.isGivenUp()) {
            join.without.add(loser);
            join.without.addAll(loser.without);
        }
    }

    private boolean isDispensable(Subtask subtask) {
        List<Subtask> dependents = graph.dependents(subtask);
        boolean isLoser = dependents.stream().anyMatch(each -> hasEnoughWithout(each, subtask));
        return !isAnswer(subtask)
                && !dependents.isEmpty()
                && dependents.stream()
                        .allMatch(each -> each.unneeded
                                || hasEnoughWithout(each, subtask)
                                || (isLoser && onlyWantedToKnow(each, subtask)));
    }

    private boolean hasEnoughWithout(Subtask dependent, Subtask subtask) {
        return dependent.node.binding() instanceof Binding.Join join
                && join.members().contains(subtask.id())
                && !isSucceeded(subtask)
                && graph.hasEnough(dependent);
    }

    /** Whether a dependent only had to know that a subtask failed, because it runs when that fails; a join wants its output. */
    private boolean onlyWantedToKnow(Subtask dependent, Subtask failed) {
        return hasEndedForGood(failed)
                && !isJoin(dependent)
                && dependent.node.dependencies().stream()
                        .filter(each -> each.on().equals(failed.id()))
                        .allMatch(Dependency::soft);
    }

    /** Whether no later session will try it again for what ended it in this one. */
    private boolean hasEndedForGood(Subtask subtask) {
        return subtask.outcome != null && !subtask.outcome.isCutOff() && !graph.isAwaited(subtask);
    }

    /** Whether it may come to be known soon that nobody needs the whole of it. */
    boolean mayBeGivenUp(Subtask subtask) {
        return (subtask.stopsThere() || isAlternative(subtask))
                && graph.all().stream()
                        .filter(Subtask::isSought)
                        .anyMatch(sought -> !Collections.disjoint(graph.choices(sought), graph.choices(subtask)));
    }

    /** Whether somebody else may do instead of it: then its failure is not yet one of the run. */
    boolean isAlternative(Subtask subtask) {
        Set<Subtask> reached = new LinkedHashSet<>(Set.of(subtask));
        Deque<Subtask> open = new ArrayDeque<>(reached);
        for (Subtask next = open.poll(); next != null; next = open.poll()) {
            List<Subtask> dependents = graph.dependents(next);
            if (dependents.isEmpty() || isAnswer(next)) {
                return false;
            }
            for (Subtask dependent : dependents) {
                if (!RunningGraph.isChoice(dependent) && reached.add(dependent)) {
                    open.add(dependent);
                }
            }
        }
        return true;
    }

    private boolean isAnswer(Subtask subtask) {
        return answer.equals(Optional.of(subtask.id()));
    }

    private static boolean isJoin(Subtask subtask) {
        return subtask.node.binding() instanceof Binding.Join;
    }

    private static boolean isSucceeded(Subtask subtask) {
        return subtask.outcome instanceof Outcome.Succeeded<?>;
    }
}
