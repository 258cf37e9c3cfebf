// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

/** The state of one call in a {@link PoolMachine}, from its submission to its end. */
final class CallState {
    enum Phase {
        WAITING,
        BACKING_OFF,
        IN_FLIGHT
    }

    final PoolEvent.Submitted submitted;
    final long arrival;
    Phase phase = Phase.WAITING;
    int failures;
    int malformedReplies;
    int adaptations;
    /** The number of its latest admission, counted from 1 over all calls. */
    long admission;
    /** The levels of the rates after its latest admission, see {@link TokenBucket#mark}. */
    long requestsMark;

    long tokensMark;
    long notBefore;

    CallState(PoolEvent.Submitted submitted, long arrival) {
        this.submitted = submitted;
        this.arrival = arrival;
    }

    long ticket() {
        return submitted.ticket();
    }

    boolean endsBy(long nanoTime) {
        return nanoTime - submitted.deadlineNanos() >= 0;
    }
}
