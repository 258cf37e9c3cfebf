// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import dev.cadre.event.RunEvent;
import java.util.List;
import java.util.function.Predicate;
import org.assertj.core.api.AbstractAssert;

/**
 * Asserts on the order in which a run did things. Subtasks are named by id, items by {@code id#index}. What is asserted
 * is what the run saw, not what a clock showed, so it holds on every machine.
 */
public final class EventLogAssert extends AbstractAssert<EventLogAssert, EventLog> {
    private static final int NEVER = -1;

    EventLogAssert(EventLog actual) {
        super(actual, EventLogAssert.class);
    }

    /** Continues with what must come behind the start of a subtask. */
    public Order started(String subtaskId) {
        isNotNull();
        return new Order("start of '%s'".formatted(subtaskId), start(subtaskId));
    }

    /** Continues with what must come behind the end of a subtask. */
    public Order ended(String subtaskId) {
        isNotNull();
        return new Order("end of '%s'".formatted(subtaskId), end(subtaskId));
    }

    /** The subtask was never tried. */
    public EventLogAssert neverStarted(String subtaskId) {
        isNotNull();
        if (start(subtaskId) != NEVER) {
            failWith("expected '%s' never to start".formatted(subtaskId));
        }
        return this;
    }

    /** Each of these subtasks was under way when the last of them started. */
    public EventLogAssert ranTogether(String... subtaskIds) {
        isNotNull();
        int lastStart = NEVER;
        for (String id : subtaskIds) {
            if (start(id) == NEVER) {
                failWith("expected '%s' to start".formatted(id));
            }
            lastStart = Math.max(lastStart, start(id));
        }
        for (String id : subtaskIds) {
            if (end(id) != NEVER && end(id) < lastStart) {
                failWith("expected %s to run together, but '%s' ended before the last of them started"
                        .formatted(List.of(subtaskIds), id));
            }
        }
        return this;
    }

    /** An instant of a run, to be compared with another. */
    public final class Order {
        private final String what;
        private final int at;

        private Order(String what, int at) {
            this.what = what;
            this.at = at;
        }

        /** It came before the start of that subtask. */
        public EventLogAssert before(String subtaskId) {
            int start = start(subtaskId);
            if (at == NEVER) {
                failWith("expected the %s before that of '%s', but there was none".formatted(what, subtaskId));
            }
            if (start == NEVER) {
                failWith("expected the %s before that of '%s', which never started".formatted(what, subtaskId));
            }
            if (at > start) {
                failWith("expected the %s before the start of '%s', but it came behind".formatted(what, subtaskId));
            }
            return EventLogAssert.this;
        }
    }

    private int start(String subtaskId) {
        return first(event -> event instanceof RunEvent.RungStarted started
                && (started.subtaskId().equals(subtaskId) || started.subtaskId().startsWith(subtaskId + "#")));
    }

    private int end(String subtaskId) {
        int whole = first(event -> event instanceof RunEvent.SubtaskEnded ended
                && ended.subtaskId().equals(subtaskId));
        return whole != NEVER
                ? whole
                : first(event -> event instanceof RunEvent.RungEnded ended
                        && ended.subtaskId().equals(subtaskId)
                        && ended.isAccepted());
    }

    private int first(Predicate<RunEvent> wanted) {
        List<RunEvent> events = actual.events();
        for (int i = 0; i < events.size(); i++) {
            if (wanted.test(events.get(i))) {
                return i;
            }
        }
        return NEVER;
    }

    private void failWith(String message) {
        failWithMessage("%s%n%s", message, actual);
    }
}
