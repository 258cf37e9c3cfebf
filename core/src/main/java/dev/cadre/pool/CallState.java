// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

/** What the machine knows about one ask, from its arrival to its end. */
final class CallState {
    enum Phase {
        WAITING,
        BACKING_OFF,
        IN_FLIGHT
    }

    final PoolEvent.Submitted ask;
    final long arrival;
    Phase state = Phase.WAITING;
    int failures;
    int malformed;
    long admission;
    long requestsMark;
    long tokensMark;
    long notBefore;

    CallState(PoolEvent.Submitted ask, long arrival) {
        this.ask = ask;
        this.arrival = arrival;
    }
}
