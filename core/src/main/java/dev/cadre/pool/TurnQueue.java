// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.model.CallPurpose;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A queue of calls in which runs take turns, and the most urgent call of a run goes first.
 *
 * <p>A run is blocked while its first call lacks money only because of attempts in flight: the queue passes over it
 * until money may have come back, or a more urgent call of the run arrives. No call of the same run overtakes the first
 * one; other runs go on.
 */
final class TurnQueue {
    private static final Comparator<CallState> URGENCY = Comparator.<CallState, CallPurpose.Kind>comparing(
                    call -> call.submitted.kind())
            .thenComparingLong(call -> call.submitted.order())
            .thenComparingLong(call -> call.arrival);

    private static final class Run {
        final TreeSet<CallState> waiting = new TreeSet<>(URGENCY);

        @Nullable
        CallState contended;

        boolean isBlocked() {
            return contended == waiting.first();
        }
    }

    private final ArrayDeque<Run> turns = new ArrayDeque<>();
    private final Map<String, Run> byKey = new HashMap<>();

    void add(CallState call) {
        byKey.computeIfAbsent(call.submitted.run(), key -> {
                    var run = new Run();
                    turns.addLast(run);
                    return run;
                })
                .waiting
                .add(call);
    }

    /** The call whose turn it is; empty if every run is blocked, or no call waits. */
    Optional<CallState> next() {
        return turns.stream().filter(run -> !run.isBlocked()).findFirst().map(run -> run.waiting.first());
    }

    /** Removes a call that was admitted: its run goes to the end of the line. */
    void served(CallState call) {
        Run run = run(call);
        remove(call);
        if (turns.remove(run)) {
            turns.addLast(run);
        }
    }

    /** Removes a call without using up its run's turn. */
    void remove(CallState call) {
        Run run = run(call);
        run.waiting.remove(call);
        if (run.waiting.isEmpty()) {
            byKey.remove(call.submitted.run());
            turns.remove(run);
        }
    }

    void block(CallState call) {
        run(call).contended = call;
    }

    /** Money may have come back: no run is blocked any more. */
    void unblock() {
        turns.forEach(run -> run.contended = null);
    }

    private Run run(CallState call) {
        Run run = byKey.get(call.submitted.run());
        if (run == null) {
            throw new IllegalStateException("ticket %d does not wait".formatted(call.ticket()));
        }
        return run;
    }
}
