// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cache;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** The age of an entry by the clock of the system, which may be set back and differs between machines. */
final class EntryAge {
    /** An entry that is further ahead was never made: it would not grow old. */
    private static final Duration MOST_AHEAD = Duration.ofMinutes(1);

    private EntryAge() {}

    /** Empty if it is too old, or of the future. */
    static Optional<Duration> of(Instant made, Instant now, Duration maxAge) {
        Duration age = Duration.between(made, now);
        if (age.compareTo(maxAge) > 0 || age.plus(MOST_AHEAD).isNegative()) {
            return Optional.empty();
        }
        return Optional.of(age.isNegative() ? Duration.ZERO : age);
    }
}
