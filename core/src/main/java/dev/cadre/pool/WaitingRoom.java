// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.pool.Entry.State;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** Everybody who is not in flight: those whose turn may come now, and those who back off. */
final class WaitingRoom {
    private final TurnQueue queue = new TurnQueue();
    private final TreeSet<Entry> backingOff;
    private final TreeSet<Entry> byDeadline;

    /** @param origin a clock reading that all others are compared with */
    WaitingRoom(long origin) {
        backingOff = new TreeSet<>(Comparator.<Entry>comparingLong(entry -> entry.notBefore - origin)
                .thenComparingLong(entry -> entry.arrival));
        byDeadline = new TreeSet<>(Comparator.<Entry>comparingLong(entry -> entry.ask.deadlineNanos() - origin)
                .thenComparingLong(entry -> entry.arrival));
    }

    int size() {
        return byDeadline.size();
    }

    void enter(Entry entry) {
        entry.state = State.WAITING;
        byDeadline.add(entry);
        queue.add(entry);
    }

    void backOff(Entry entry) {
        entry.state = State.BACKING_OFF;
        byDeadline.add(entry);
        backingOff.add(entry);
    }

    void endBackoffs(long now) {
        while (!backingOff.isEmpty() && backingOff.first().notBefore - now <= 0) {
            Entry entry = backingOff.removeFirst();
            entry.state = State.WAITING;
            queue.add(entry);
        }
    }

    void endAllBackoffs() {
        backingOff.forEach(entry -> {
            entry.state = State.WAITING;
            queue.add(entry);
        });
        backingOff.clear();
    }

    Optional<Entry> next() {
        return queue.next();
    }

    void contended(Entry entry) {
        queue.contended(entry);
    }

    void moneyMoved() {
        queue.moneyMoved();
    }

    void admitted(Entry entry) {
        byDeadline.remove(entry);
        queue.served(entry);
        entry.state = State.IN_FLIGHT;
    }

    /** Takes out one who will not be admitted. */
    void leave(Entry entry) {
        byDeadline.remove(entry);
        if (entry.state == State.BACKING_OFF) {
            backingOff.remove(entry);
        } else {
            queue.remove(entry);
        }
    }

    List<Entry> everybody() {
        return List.copyOf(byDeadline);
    }

    /** Those who must have been sent by then, or never. */
    List<Entry> expired(long time) {
        return byDeadline.stream()
                .takeWhile(entry -> entry.ask.deadlineNanos() - time <= 0)
                .toList();
    }

    /** The next deadline or end of a backoff; somebody must be waiting. */
    long nextDue() {
        long deadline = byDeadline.first().ask.deadlineNanos();
        return backingOff.isEmpty() ? deadline : Clock.earlier(deadline, backingOff.first().notBefore);
    }
}
