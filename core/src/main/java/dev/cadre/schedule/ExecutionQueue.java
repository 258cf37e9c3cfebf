// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import dev.cadre.price.Money;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Executions that wait for money in flight, in order, and those of them that look again. */
final class ExecutionQueue {
    /**
     * Bounds of what executions need that wait for the tier that they want.
     *
     * @param least no more than any of them needs
     * @param most no less than any of them needs
     */
    record Needs(Money least, Money most) {
        private Needs and(Needs other) {
            return new Needs(least.atMost(other.least), most.atLeast(other.most));
        }
    }

    private final Deque<Execution> looking = new ArrayDeque<>();
    private final List<Execution> waiting = new ArrayList<>();
    /** Those of all that look; null if nothing is known of some, or nobody looks. */
    private @Nullable Needs lookingNeed;
    /** Those of all that wait; null if nothing is known of some, or nobody waits. */
    private @Nullable Needs waitingNeed;

    /** Lets an execution wait until {@link #lookAgain}; it needs that much on the tier that it wants. */
    void add(Execution execution, Money need) {
        waitingNeed = both(waiting.isEmpty(), waitingNeed, false, new Needs(need, need));
        waiting.add(execution);
    }

    /** The same for one that wants a dearer tier than it waits for. */
    void add(Execution execution) {
        waitingNeed = null;
        waiting.add(execution);
    }

    void lookAgain() {
        lookingNeed = both(looking.isEmpty(), lookingNeed, waiting.isEmpty(), waitingNeed);
        looking.addAll(waiting);
        waiting.clear();
        waitingNeed = null;
    }

    /** Lets all that look wait again. */
    void stopLooking() {
        waitingNeed = both(waiting.isEmpty(), waitingNeed, looking.isEmpty(), lookingNeed);
        waiting.addAll(looking);
        looking.clear();
        lookingNeed = null;
    }

    /** What each wants has changed. */
    void forgetNeeds() {
        lookingNeed = null;
        waitingNeed = null;
    }

    private static @Nullable Needs both(
            boolean noneHere, @Nullable Needs here, boolean noneThere, @Nullable Needs there) {
        if (noneHere) {
            return there;
        }
        if (noneThere) {
            return here;
        }
        return here == null || there == null ? null : here.and(there);
    }

    boolean isAnyLooking() {
        return !looking.isEmpty();
    }

    /** What those need that look, if they all wait for the tier that they want. */
    Optional<Needs> lookingNeed() {
        return looking.isEmpty() ? Optional.empty() : Optional.ofNullable(lookingNeed);
    }

    /** The next execution that looks again. */
    Optional<Execution> take() {
        return Optional.ofNullable(looking.poll());
    }

    /** The executions of a subtask do not wait any more: those that did. */
    List<Execution> drop(Subtask subtask) {
        var dropped = new ArrayList<Execution>();
        for (Collection<Execution> all : List.of(looking, waiting)) {
            all.stream().filter(each -> each.subtask == subtask).forEach(dropped::add);
            all.removeAll(dropped);
        }
        lookingNeed = looking.isEmpty() ? null : lookingNeed;
        waitingNeed = waiting.isEmpty() ? null : waitingNeed;
        return dropped;
    }

    /** Nobody waits any more: all who did. */
    List<Execution> drop() {
        lookAgain();
        var dropped = List.copyOf(looking);
        looking.clear();
        return dropped;
    }
}
