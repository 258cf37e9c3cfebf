// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import dev.cadre.model.RateLimits.Window;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * One limit as a provider reports it, often without its period, which follows from the three numbers: an allowance that
 * refills evenly is full again after the used share of its period.
 *
 * @param limit the allowance; -1 if unknown
 * @param remaining the rest of it; -1 if unknown
 * @param resets the readings of the time until it is full again, the likelier first; empty if unknown
 */
record ReportedLimit(long limit, long remaining, List<HeaderTime> resets) {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration SECOND = Duration.ofSeconds(1);
    /** A limit by the minute that is overdrawn takes some minutes, but never this long. */
    private static final Duration LONGEST_OF_A_MINUTE = Duration.ofMinutes(10);

    private static final List<Duration> PERIODS = List.of(MINUTE, Duration.ofHours(1), Duration.ofDays(1));
    /** The share by which a reset may be off, as the reports of providers are. */
    private static final double TOLERANCE = 0.1;

    ReportedLimit {
        resets = List.copyOf(resets);
    }

    /** A limit whose name states its period. */
    Window per(Duration period) {
        Duration reset = resets.stream()
                .filter(each -> fits(period, each))
                .findFirst()
                .or(() -> resets.stream().findFirst())
                .map(HeaderTime::span)
                .orElse(Duration.ZERO);
        return limit > 0 && period.compareTo(MINUTE) <= 0
                ? new Window(Math.round((double) limit * MINUTE.toNanos() / period.toNanos()), remaining, reset)
                : unlimited(reset);
    }

    /**
     * A limit whose period must be learned.
     *
     * @param otherwise the period if the numbers do not show it; empty if the limit is then not to be used
     */
    Window learned(Optional<Duration> otherwise) {
        if (isBySecond(otherwise)) {
            return per(SECOND);
        }
        for (Duration period : PERIODS) {
            if (resets.stream().anyMatch(reset -> fits(period, reset))) {
                return per(period);
            }
        }
        Duration reset = resets.isEmpty() ? Duration.ZERO : resets.getFirst().span();
        return otherwise.isPresent() && reset.compareTo(LONGEST_OF_A_MINUTE) <= 0
                ? per(otherwise.get())
                : unlimited(reset);
    }

    /**
     * Whether it is counted by the second. A reset in whole seconds that has come down to one fits other periods, too: they
     * count more if they are stated, and if the reset is the time in which the used amount comes back by the minute.
     */
    private boolean isBySecond(Optional<Duration> otherwise) {
        boolean fits = resets.stream()
                .anyMatch(reset -> reset.precision().equals(HeaderTime.SECOND)
                        && reset.span().compareTo(SECOND) <= 0
                        && fits(SECOND, reset));
        return fits && (otherwise.isEmpty() || resets.stream().noneMatch(this::isRefillOfAMinute));
    }

    private boolean isRefillOfAMinute(HeaderTime reset) {
        double refill = (double) MINUTE.toNanos() * (limit - remaining) / limit;
        double slack = Math.max((double) reset.precision().toNanos(), refill * TOLERANCE);
        return Math.abs((double) reset.span().toNanos() - refill) <= slack;
    }

    /** What remains is followed, but nothing refills by the minute. */
    private Window unlimited(Duration reset) {
        return new Window(-1, remaining, reset);
    }

    /** Whether an even refill over the period explains the reset; the unit used last may be half back. */
    private boolean fits(Duration period, HeaderTime reset) {
        long used = limit - remaining;
        if (limit <= 0 || remaining < 0 || used < 1) {
            return false;
        }
        double most = (double) period.toNanos() * used / limit;
        double least = (double) period.toNanos() * (used - 1) / limit;
        double slack = Math.max((double) reset.precision().toNanos(), most * TOLERANCE);
        double span = (double) reset.span().toNanos();
        return span >= least - slack && span <= most + slack;
    }
}
