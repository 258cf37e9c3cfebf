// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import dev.cadre.task.Failure;
import dev.cadre.task.GraphNode;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import java.util.List;
import java.util.Optional;

/** How subtasks ended in an earlier session of the same run, or the same work in another one. */
@FunctionalInterface
public interface EarlierOutcomes {
    /** There was no earlier session, and there is no cache. */
    EarlierOutcomes NOTHING = (subtaskId, item, type, input) -> Optional.empty();

    /**
     * The outcome to go on with, instead of performing the work again. Where this {@link #callsUserCode}, it is asked only
     * for what is not known {@link #atOnce}.
     *
     * @param item the index of the item, or -1 if the subtask does not fan out
     * @param input the very input that would be worked on
     */
    Optional<EarlierOutcome> outcome(String subtaskId, int item, SubtaskType<?, ?> type, Object input);

    /**
     * What a race, a quorum or a fan-out of which a part is enough took; empty if no earlier session has decided it. Of a
     * race or a quorum the ids of the members; of a fan-out one name for each item, which are told apart by {@link
     * EarlierOutcome#wasTaken}, because a list may have moved.
     */
    default List<String> winners(String join) {
        return List.of();
    }

    /** How a subtask ended that an earlier session came to do without; empty if none did. Nobody asks for its work then. */
    default Optional<Outcome<Object>> needless(String subtaskId) {
        return Optional.empty();
    }

    /** Hears that a fan-out has so many items, before their outcomes are asked for. */
    default void begins(GraphNode node, int items) {}

    /**
     * How work ends that cannot be made out in this session: as a failure, by default; waiting, if an earlier session may have
     * left something of it, because others rest on that.
     *
     * @param item the index of the item, or -1 if the subtask does not fan out, or its list cannot be made
     */
    default Outcome<Object> unmade(String subtaskId, int item, Failure why) {
        return new Outcome.Failed<>(why);
    }

    /** Whether {@link #outcome} runs the user's code, which may block: then it is asked on a thread of its own. Default no. */
    default boolean callsUserCode(SubtaskType<?, ?> type) {
        return false;
    }

    /** What can be said without the user's code; asked first, on the thread of the run. */
    default Optional<EarlierOutcome> atOnce(String subtaskId, int item, SubtaskType<?, ?> type, Object input) {
        return callsUserCode(type) ? Optional.empty() : outcome(subtaskId, item, type, input);
    }

    /**
     * Whether what only the user's code tells may be an outcome of an earlier session of this run: no race that it leads to
     * is decided before that is known, because it stays an outcome of the run. Default no.
     */
    default boolean mayBeOnRecord(SubtaskType<?, ?> type) {
        return false;
    }
}
