// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.pool.CallState.Phase;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** Everybody who is not in flight: those whose turn may come now, and those who back off. */
final class WaitingCalls {
    private final TurnQueue queue = new TurnQueue();
    private final TreeSet<CallState> backingOff;
    private final TreeSet<CallState> byDeadline;

    /** @param origin a clock reading that all others are compared with */
    WaitingCalls(long origin) {
        backingOff = new TreeSet<>(Comparator.<CallState>comparingLong(entry -> entry.notBefore - origin)
                .thenComparingLong(entry -> entry.arrival));
        byDeadline = new TreeSet<>(Comparator.<CallState>comparingLong(entry -> entry.ask.deadlineNanos() - origin)
                .thenComparingLong(entry -> entry.arrival));
    }

    int size() {
        return byDeadline.size();
    }

    void enter(CallState entry) {
        entry.state = Phase.WAITING;
        byDeadline.add(entry);
        queue.add(entry);
    }

    void backOff(CallState entry) {
        entry.state = Phase.BACKING_OFF;
        byDeadline.add(entry);
        backingOff.add(entry);
    }

    void endBackoffs(long now) {
        while (!backingOff.isEmpty() && backingOff.first().notBefore - now <= 0) {
            CallState entry = backingOff.removeFirst();
            entry.state = Phase.WAITING;
            queue.add(entry);
        }
    }

    void endAllBackoffs() {
        backingOff.forEach(entry -> {
            entry.state = Phase.WAITING;
            queue.add(entry);
        });
        backingOff.clear();
    }

    Optional<CallState> next() {
        return queue.next();
    }

    void contended(CallState entry) {
        queue.contended(entry);
    }

    void moneyMoved() {
        queue.moneyMoved();
    }

    void admitted(CallState entry) {
        byDeadline.remove(entry);
        queue.served(entry);
        entry.state = Phase.IN_FLIGHT;
    }

    /** Takes out one who will not be admitted. */
    void leave(CallState entry) {
        byDeadline.remove(entry);
        if (entry.state == Phase.BACKING_OFF) {
            backingOff.remove(entry);
        } else {
            queue.remove(entry);
        }
    }

    List<CallState> everybody() {
        return List.copyOf(byDeadline);
    }

    /** Those who must have been sent by then, or never. */
    List<CallState> expired(long time) {
        return byDeadline.stream()
                .takeWhile(entry -> entry.ask.deadlineNanos() - time <= 0)
                .toList();
    }

    /** The next deadline or end of a backoff; somebody must be waiting. */
    long nextDue() {
        long deadline = byDeadline.first().ask.deadlineNanos();
        return backingOff.isEmpty() ? deadline : NanoTime.earlier(deadline, backingOff.first().notBefore);
    }
}
