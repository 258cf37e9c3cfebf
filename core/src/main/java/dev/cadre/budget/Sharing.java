// SPDX-License-Identifier: Apache-2.0
package dev.cadre.budget;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * How a process takes part in a shared budget.
 *
 * @param heartbeat how often the store is told what was spent, and what is not needed is given back; 2 seconds by default.
 *     While nothing happens the pauses double, up to a third of the lease.
 * @param lease how long the store waits for a process that says nothing, before what it holds is booked as forfeited; 60
 *     seconds by default. The limit holds whatever it is: a process that was only slow gets its money back.
 * @param patience how long {@link SharedBudget#close} waits for attempts in flight and for the store; 10 seconds by default
 * @param alerts is told once in each window of each budget, on the thread that talks to the store; its exceptions are
 *     logged and otherwise ignored
 */
public record Sharing(Duration heartbeat, Duration lease, Duration patience, Consumer<BudgetAlert> alerts) {
    private static final Duration LONGEST = Duration.ofDays(1);

    /** The defaults, and nobody is told of alerts. */
    public static final Sharing DEFAULT =
            new Sharing(Duration.ofSeconds(2), Duration.ofSeconds(60), Duration.ofSeconds(10), alert -> {});

    /** @throws IllegalArgumentException if a time is not positive (patience: negative), or longer than a day */
    public Sharing {
        requireFits("heartbeat", heartbeat, heartbeat.isPositive());
        requireFits("lease", lease, lease.isPositive());
        requireFits("patience", patience, !patience.isNegative());
    }

    private static void requireFits(String what, Duration time, boolean isLongEnough) {
        if (!isLongEnough || time.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("the %s is %s; it may be %s at most".formatted(what, time, LONGEST));
        }
    }

    /** This with another heartbeat. */
    public Sharing withHeartbeat(Duration heartbeat) {
        return new Sharing(heartbeat, lease, patience, alerts);
    }

    /** This with another time after which a silent process is taken for dead. */
    public Sharing withLease(Duration lease) {
        return new Sharing(heartbeat, lease, patience, alerts);
    }

    /** This with another time to wait for when it is closed. */
    public Sharing withPatience(Duration patience) {
        return new Sharing(heartbeat, lease, patience, alerts);
    }

    /** This with a listener for alerts. */
    public Sharing withAlerts(Consumer<BudgetAlert> alerts) {
        return new Sharing(heartbeat, lease, patience, alerts);
    }
}
