// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import dev.cadre.task.Artifacts;
import dev.cadre.task.Binding;
import dev.cadre.task.Failure;
import dev.cadre.task.GraphNode;
import dev.cadre.task.Items;
import dev.cadre.task.Missing;
import dev.cadre.task.Outcome;
import dev.cadre.task.Skip;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
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
    /** Whether they did in an earlier session, so that its end is that of then. */
    boolean endedEarlier;
    /** What a race or a quorum takes; empty until it has enough. */
    List<Subtask> chosen = List.of();
    /** Those that are not needed because it has others. */
    final List<Subtask> without = new ArrayList<>();

    /** What is wrong with its output; empty if nothing is. */
    String doubt = "";

    /** Whether it waits for its input, or for what is on record of it. */
    boolean isUnmade;

    int openExecutions;
    /** Executions of which nobody knows yet whether an earlier session ended them. */
    int openRecalls;
    /** Whether what is looked for may be an outcome of an earlier session of this run. */
    boolean mayBeOnRecord;

    @Nullable
    Outcome<?> outcome;

    /** What its dependents read of its output by range; null until one of them is to start. */
    @Nullable
    List<Artifacts.Output> kept;

    /** Whose outputs an earlier session took, if some of its members or items are enough; empty if none is known. */
    final List<String> winners;

    Subtask(GraphNode node, int position, List<String> winners) {
        this.node = node;
        this.position = position;
        this.winners = List.copyOf(winners);
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
        boolean isDecidable = winners.isEmpty() ? !isUnmade() : waiting() == 0;
        return each.stopsThere() && isStarted() && (!taken().isEmpty() || (hasMinimum() && isDecidable));
    }

    /** Whether it, or an item of it, waits for what an earlier session left of it and this one cannot make out. */
    boolean isUnmade() {
        return isUnmade || executions.stream().anyMatch(each -> each.isUnmade);
    }

    /** Whether as many items have succeeded as must; it is a value then, whatever becomes of the others. */
    private boolean hasMinimum() {
        return isStarted() && executions.stream().filter(Subtask::isSucceeded).count() >= needed();
    }

    /** Whether others did instead of it before it had an output. */
    boolean isGivenUp() {
        boolean hasOutput = isEnded()
                ? outcome instanceof Outcome.Succeeded<?>
                : node.binding() instanceof Binding.Each && hasMinimum();
        return unneeded && !hasOutput;
    }

    /** Whether anybody looks for an earlier outcome of it. */
    boolean isSought() {
        return openRecalls > 0;
    }

    /** Whether what is found may be an outcome of an earlier session of this run. */
    boolean isSoughtOnRecord() {
        return isSought() && mayBeOnRecord;
    }

    /**
     * The items that an earlier session took, which it takes again whichever others succeed now: what depends on them is
     * paid already. Empty if there are none, not all of them are known by their work any more, or more are needed now.
     */
    private List<Execution> taken() {
        List<Execution> taken = executions.stream()
                .filter(item -> item.wasTaken && isSucceeded(item))
                .limit(winners.size())
                .toList();
        return taken.size() < Math.max(winners.size(), needed()) ? List.of() : taken;
    }

    private int needed() {
        return node.binding() instanceof Binding.Each each ? each.minSuccess().of(executions.size()) : 0;
    }

    private static boolean isSucceeded(Execution item) {
        return item.outcome instanceof Outcome.Succeeded<?>;
    }

    /** Whether a part of its items is enough. */
    boolean stopsThere() {
        return node.binding() instanceof Binding.Each each && each.stopsThere();
    }

    /** The ids of the items of which this holds. */
    List<String> labels(Items<?> items, Predicate<Outcome<?>> which) {
        return IntStream.range(0, items.outcomes().size())
                .filter(index -> which.test(items.outcomes().get(index)))
                .mapToObj(index -> executions.get(index).id().label())
                .toList();
    }

    /** Those of its executions that are of items, by index. */
    List<Execution> items() {
        return node.binding() instanceof Binding.Each ? List.copyOf(executions) : List.of();
    }

    /** How an item ended, as the fan-out sees it if that has succeeded; null if it has not ended. */
    @Nullable
    Outcome<?> outcomeOf(Execution item) {
        return outcome instanceof Outcome.Succeeded<?>(Items<?>(List<? extends Outcome<?>> items, var groups))
                ? items.get(item.item)
                : item.outcome;
    }

    /** What it waits for itself, or its items. */
    List<Missing> awaited() {
        return isStarted()
                ? executions.stream()
                        .flatMap(each -> each.awaited().stream()
                                .map(what -> new Missing(each.id().label(), what)))
                        .toList()
                : Execution.awaited(outcome).stream()
                        .map(what -> new Missing(id(), what))
                        .toList();
    }

    private long waiting() {
        return executions.stream().filter(each -> each.awaited().isPresent()).count();
    }

    /** A fan-out is not over while an item waits for somebody, however many are enough. */
    private Outcome<?> fannedIn(Binding.Each each) {
        if (isGivenUp()) {
            return new Outcome.Skipped<>(Objects.requireNonNull(dropped));
        }
        if (waiting() > 0 && !unneeded && !hasEnough(each)) {
            return Outcome.skipped(
                    Skip.Kind.AWAITED,
                    "%d of %d items wait; first: %s"
                            .formatted(waiting(), executions.size(), awaited().getFirst()));
        }
        List<Execution> taken = each.stopsThere() ? taken() : List.of();
        Optional<Execution> cutOff = winners.isEmpty() || !taken.isEmpty()
                ? Optional.empty()
                : executions.stream().filter(item -> ended(item).isCutOff()).findFirst();
        if (cutOff.isPresent()) { // it may be one that was taken
            return ended(cutOff.get());
        }
        var items = new Items<>(
                executions.stream()
                        .map(item -> taken.isEmpty() || taken.contains(item) ? ended(item) : needless(item))
                        .toList(),
                groupSizes);
        int needed = each.minSuccess().of(executions.size());
        int succeeded = executions.size() - items.missing().size();
        if (succeeded >= needed) {
            return new Outcome.Succeeded<>(items);
        }
        return Outcome.failed(
                Failure.Kind.TOO_FEW_ITEMS,
                "%d of %d items succeeded, %d needed%s"
                        .formatted(succeeded, executions.size(), needed, firstReason(items)));
    }

    private static Outcome<Object> needless(Execution item) {
        return isSucceeded(item)
                ? Outcome.skipped(Skip.Kind.NOT_NEEDED, "others were enough in an earlier session")
                : ended(item);
    }

    private static String firstReason(Items<Object> items) {
        return items.missing().isEmpty()
                ? ""
                : "; first: " + items.outcomes().get(items.missing().get(0)).reason();
    }

    private static Outcome<Object> ended(Execution execution) {
        if (execution.outcome == null) {
            throw new IllegalStateException(execution.id() + " has not ended");
        }
        return execution.outcome;
    }
}
