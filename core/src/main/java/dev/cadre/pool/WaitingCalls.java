// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.pool.CallState.Phase;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** All calls of a pool that are not in flight: those that may be admitted now, and those that back off. */
final class WaitingCalls {
    private final TurnQueue queue = new TurnQueue();
    private final TreeSet<CallState> backingOff;
    private final TreeSet<CallState> byDeadline;

    /** @param origin the clock reading that all others are compared with */
    WaitingCalls(long origin) {
        backingOff = new TreeSet<>(Comparator.<CallState>comparingLong(call -> call.notBefore - origin)
                .thenComparingLong(call -> call.arrival));
        byDeadline = new TreeSet<>(Comparator.<CallState>comparingLong(call -> call.submitted.deadlineNanos() - origin)
                .thenComparingLong(call -> call.arrival));
    }

    int size() {
        return byDeadline.size();
    }

    void enter(CallState call) {
        byDeadline.add(call);
        queue(call);
    }

    private void queue(CallState call) {
        call.phase = Phase.WAITING;
        queue.add(call);
    }

    void backOff(CallState call) {
        call.phase = Phase.BACKING_OFF;
        byDeadline.add(call);
        backingOff.add(call);
    }

    void endBackoffs(long now) {
        while (!backingOff.isEmpty() && backingOff.first().notBefore - now <= 0) {
            queue(backingOff.removeFirst());
        }
    }

    void endAllBackoffs() {
        backingOff.forEach(this::queue);
        backingOff.clear();
    }

    Optional<CallState> next() {
        return queue.next();
    }

    /** Passes over the call's run, see {@link TurnQueue}. */
    void block(CallState call) {
        queue.block(call);
    }

    void unblock() {
        queue.unblock();
    }

    void admitted(CallState call) {
        byDeadline.remove(call);
        queue.served(call);
        call.phase = Phase.IN_FLIGHT;
    }

    /** Removes a call that will not be admitted. */
    void leave(CallState call) {
        byDeadline.remove(call);
        if (call.phase == Phase.BACKING_OFF) {
            backingOff.remove(call);
        } else {
            queue.remove(call);
        }
    }

    /** What all of them need of the rates. */
    PoolDemand.Amounts amounts() {
        long tokens = byDeadline.stream()
                .mapToLong(call -> Math.min(call.submitted.tokenEstimate(), TokenBucket.MOST))
                .sum();
        return new PoolDemand.Amounts(byDeadline.size(), tokens);
    }

    List<CallState> all() {
        return List.copyOf(byDeadline);
    }

    /** The calls whose deadline is at this clock reading or before it. */
    List<CallState> expired(long time) {
        return byDeadline.stream().takeWhile(call -> call.endsBy(time)).toList();
    }

    /** The next deadline or end of a backoff; at least one call must be waiting. */
    long nextDue() {
        long deadline = byDeadline.first().submitted.deadlineNanos();
        return backingOff.isEmpty() ? deadline : NanoTime.earlier(deadline, backingOff.first().notBefore);
    }
}
