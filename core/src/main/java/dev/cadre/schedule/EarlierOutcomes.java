// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

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
     * The outcome to go on with, instead of performing the work again.
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

    /** How a join ended that an earlier session came to do without; empty if none did. Others are asked for by their work. */
    default Optional<Outcome<Object>> needless(String join) {
        return Optional.empty();
    }

    /** Whether the question runs the user's code, which may block: then it is asked on a thread of its own. Default no. */
    default boolean callsUserCode(SubtaskType<?, ?> type) {
        return false;
    }
}
