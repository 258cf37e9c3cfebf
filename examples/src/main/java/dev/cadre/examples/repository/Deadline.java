// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * The moment at which reading stops. What was read until then is kept. Immutable.
 *
 * @param clock tells the time
 * @param end the moment
 */
public record Deadline(InstantSource clock, Instant end) {
    private static final int PERCENT = 100;

    /** Returns the moment that is this far away. */
    public static Deadline in(Duration time, InstantSource clock) {
        return new Deadline(clock, clock.instant().plus(time));
    }

    /** Returns the moment at which this share of the time that is left has passed; 100 is this deadline. */
    public Deadline afterPercent(int share) {
        return in(left().multipliedBy(share).dividedBy(PERCENT), clock);
    }

    /** Returns this deadline, or the moment that is this far away if that is earlier. */
    public Deadline atMost(Duration time) {
        return left().compareTo(time) <= 0 ? this : in(time, clock);
    }

    /** Returns whether the moment has come. */
    public boolean isOver() {
        return !clock.instant().isBefore(end);
    }

    /** Returns whether the calling thread should end its work: the moment has come, or nobody waits for it any more. */
    boolean endsWork() {
        return isOver() || Thread.currentThread().isInterrupted();
    }

    /** Returns the time until then; zero once it has come. */
    public Duration left() {
        Duration left = Duration.between(clock.instant(), end);
        return left.isNegative() ? Duration.ZERO : left;
    }
}
