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
 * Waiting asks: runs take turns, and inside a run the most urgent goes first.
 *
 * <p>A run whose candidate lacks money only because of attempts in flight is passed over until money may have come back
 * or another candidate is more urgent; nobody of the same run overtakes it, other runs go on.
 */
final class TurnQueue {
    private static final Comparator<CallState> URGENCY = Comparator.<CallState, CallPurpose.Kind>comparing(
                    e -> e.ask.kind())
            .thenComparingLong(e -> e.ask.order())
            .thenComparingLong(e -> e.arrival);

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

    void add(CallState entry) {
        Run run = byKey.get(entry.ask.run());
        if (run == null) {
            run = new Run();
            byKey.put(entry.ask.run(), run);
            turns.addLast(run);
        }
        run.waiting.add(entry);
    }

    /** The candidate whose turn it is, or empty if every run waits for money or nobody waits. */
    Optional<CallState> next() {
        return turns.stream().filter(run -> !run.isBlocked()).findFirst().map(run -> run.waiting.first());
    }

    /** The candidate was admitted: its run goes to the end of the line. */
    void served(CallState entry) {
        Run run = run(entry);
        if (remove(entry)) {
            turns.remove(run);
            turns.addLast(run);
        }
    }

    /** Takes the entry out without using up its run's turn; returns whether its run still waits. */
    boolean remove(CallState entry) {
        Run run = run(entry);
        run.waiting.remove(entry);
        if (run.waiting.isEmpty()) {
            byKey.remove(entry.ask.run());
            turns.remove(run);
            return false;
        }
        return true;
    }

    void contended(CallState entry) {
        run(entry).contended = entry;
    }

    /** Money may have come back: everybody is a candidate again. */
    void moneyMoved() {
        turns.forEach(run -> run.contended = null);
    }

    private Run run(CallState entry) {
        Run run = byKey.get(entry.ask.run());
        if (run == null) {
            throw new IllegalStateException("ticket %d does not wait".formatted(entry.ask.ticket()));
        }
        return run;
    }
}
