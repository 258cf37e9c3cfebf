// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

import java.util.PriorityQueue;

/** The virtual clock, and what is to happen when. Events of one instant happen in the order of their planning. */
final class SimAgenda {
    private record Due(long at, long order, Runnable action) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            return at != other.at ? Long.compare(at, other.at) : Long.compare(order, other.order);
        }
    }

    private final PriorityQueue<Due> agenda = new PriorityQueue<>();
    private final long origin;
    private long elapsed;
    private long planned;

    /** @param origin the first clock reading; those that follow may wrap around, as the system's may */
    SimAgenda(long origin) {
        this.origin = origin;
    }

    /** The clock's present reading. */
    long nanoTime() {
        return origin + elapsed;
    }

    /** Virtual time since the start. */
    long elapsed() {
        return elapsed;
    }

    void after(long nanos, Runnable action) {
        agenda.add(new Due(elapsed + Math.max(0, nanos), ++planned, action));
    }

    void at(long nanoTime, Runnable action) {
        after(nanoTime - nanoTime(), action);
    }

    /** Lets the next thing happen; false if there is none. */
    boolean step() {
        Due due = agenda.poll();
        if (due == null) {
            return false;
        }
        elapsed = due.at();
        due.action().run();
        return true;
    }
}
