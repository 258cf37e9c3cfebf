// SPDX-License-Identifier: Apache-2.0
package dev.cadre.batch;

import java.time.Duration;

/** How long to wait before batches are asked after again: twice as long each time, up to a minute. For one thread. */
final class PollPause {
    private static final Duration FIRST = Duration.ofSeconds(5);
    private static final Duration LONGEST = Duration.ofMinutes(1);

    private Duration pause = FIRST;
    private Duration asked = Duration.ZERO;

    /** What {@link #next} is, unless the provider wants more. */
    Duration soonest() {
        return pause;
    }

    Duration next() {
        Duration next = longer(pause, asked);
        asked = Duration.ZERO;
        Duration twice = pause.multipliedBy(2);
        pause = twice.compareTo(LONGEST) > 0 ? LONGEST : twice;
        return next;
    }

    /** Something has ended: more may follow soon. */
    void restart() {
        pause = FIRST;
    }

    /** The provider wants to be left alone for so long. */
    void atLeast(Duration time) {
        asked = longer(asked, time);
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }
}
