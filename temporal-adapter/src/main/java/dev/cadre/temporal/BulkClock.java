// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import io.temporal.workflow.Workflow;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * The time of a bulk run, over all of its histories, by the clock of its workflow.
 *
 * @param startMillis when its first history began
 * @param time that all of it has
 */
record BulkClock(long startMillis, Duration time) {
    /** @param otherwise the time of a run that is given none, as the worker knows it that decides first */
    static BulkClock starting(BulkWire.Start start, Supplier<Duration> otherwise) {
        long nanos = start.timeNanos() == 0
                ? Workflow.sideEffect(Long.class, () -> otherwise.get().toNanos())
                : start.timeNanos();
        return new BulkClock(Workflow.currentTimeMillis(), Duration.ofNanos(nanos));
    }

    static BulkClock of(BulkWire.Carry carry) {
        return new BulkClock(carry.startMillis(), Duration.ofNanos(carry.timeNanos()));
    }

    Duration sinceStart() {
        return Duration.ofMillis(Workflow.currentTimeMillis() - startMillis);
    }

    Duration left() {
        Duration left = time.minus(sinceStart());
        return left.isPositive() ? left : Duration.ZERO;
    }
}
