// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.live;

import dev.cadre.price.Money;
import java.time.Duration;
import java.util.Locale;

/** Figures as people read them at a glance. */
final class Figures {
    private static final long PICO_OF_FOUR_DECIMALS = 100_000_000;
    private static final long HALF = PICO_OF_FOUR_DECIMALS / 2;

    private Figures() {}

    /** Four decimals of a dollar; nobody reads more while they change. */
    static String of(Money money) {
        long rounded =
                money.picoUsd() / PICO_OF_FOUR_DECIMALS + (money.picoUsd() % PICO_OF_FOUR_DECIMALS >= HALF ? 1 : 0);
        return rounded == 0 && !money.isZero() ? "< $0.0001" : "$%d.%04d".formatted(rounded / 10_000, rounded % 10_000);
    }

    static String of(Duration time) {
        long seconds = Math.max(0, time.toSeconds());
        if (seconds >= 3_600) {
            return "%d h %d min".formatted(seconds / 3_600, seconds % 3_600 / 60);
        }
        if (seconds >= 60) {
            return "%d min %d s".formatted(seconds / 60, seconds % 60);
        }
        return "%d s".formatted(seconds);
    }

    static String of(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    /** Spent and reserved money, and the calls: the same in every view; nothing where nothing may be spent. */
    static String of(OpenCalls calls, Money limit) {
        if (limit.isZero()) {
            return "";
        }
        return of(calls.spent()) + " spent"
                + (calls.reserved().isZero() ? "" : " + " + of(calls.reserved()) + " reserved")
                + " of " + limit
                + (calls.inFlight() == 0 ? "" : "  " + of(calls.inFlight()) + " in flight")
                + (calls.waiting() == 0 ? "" : "  " + of(calls.waiting()) + " to be retried");
    }
}
