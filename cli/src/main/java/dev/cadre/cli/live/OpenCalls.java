// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.live;

import dev.cadre.event.RunEvent;
import dev.cadre.price.Money;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The money and the model calls of a run, as its events tell them. For one thread at a time. */
final class OpenCalls {
    private final Map<String, RunEvent.AttemptStarted> open = new HashMap<>();
    private final Map<String, Wait> waits = new HashMap<>();
    private Money spent = Money.ZERO;
    private Money reserved = Money.ZERO;

    /**
     * A retry that is to come.
     *
     * @param because a word for what went wrong
     * @param number of the attempt that failed, 1 for the first
     * @param until when it may be sent, since the run's start; the provider's wish, or when the other failed
     */
    record Wait(String because, int number, Duration until) {}

    void on(RunEvent event) {
        switch (event) {
            case RunEvent.AttemptStarted started -> {
                open.put(key(started.call()), started);
                waits.remove(key(started.call()));
                reserved = reserved.plus(started.reserved());
            }
            case RunEvent.AttemptEnded ended -> end(ended);
            case RunEvent.CodeSpent code -> spent = spent.plus(code.spend().total());
            case RunEvent.RungEnded rung -> waits.remove(rung.subtaskId());
            default -> {}
        }
    }

    private void end(RunEvent.AttemptEnded ended) {
        RunEvent.AttemptStarted started = open.remove(key(ended.call()));
        if (started != null) {
            reserved = reserved.minusOrZero(started.reserved());
        }
        spent = spent.plus(ended.spend().total());
        if (ended.end() instanceof RunEvent.CallEnd.Failed failed) {
            int number = started == null ? 1 : started.number();
            waits.put(
                    key(ended.call()),
                    new Wait(failed.kind(), number, ended.at().plus(failed.retryAfter())));
        }
    }

    private static String key(RunEvent.Call call) {
        return switch (call.kind()) {
            case PLAN -> call.kind().toString();
            case MERGE -> call.kind() + call.subtaskId(); // the parts of a merge are beside each other
            default -> call.subtaskId();
        };
    }

    int inFlight() {
        return open.size();
    }

    int waiting() {
        return waits.size();
    }

    Money spent() {
        return spent;
    }

    Money reserved() {
        return reserved;
    }

    Optional<RunEvent.AttemptStarted> of(String key) {
        return Optional.ofNullable(open.get(key));
    }

    Optional<Wait> waitOf(String key) {
        return Optional.ofNullable(waits.get(key));
    }
}
