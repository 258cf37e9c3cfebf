// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

/** What the machine knows about one ask, from its arrival to its end. */
final class Entry {
    enum State {
        WAITING,
        BACKING_OFF,
        IN_FLIGHT
    }

    final PoolEvent.Ask ask;
    final long arrival;
    State state = State.WAITING;
    int failures;
    int malformed;
    long admission;
    long requestsMark;
    long tokensMark;
    long notBefore;

    Entry(PoolEvent.Ask ask, long arrival) {
        this.ask = ask;
        this.arrival = arrival;
    }
}
