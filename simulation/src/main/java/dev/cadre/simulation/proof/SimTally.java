// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import java.util.EnumMap;
import java.util.Map;

/** What the calls of one run came to, for a report: nothing is decided by it. */
final class SimTally {
    private final Map<Tier, Long> attempts = new EnumMap<>(Tier.class);
    private final Map<Tier, Long> picoUsd = new EnumMap<>(Tier.class);
    private long wastedPicoUsd;
    private int right;
    private int executions;

    void sent(Tier tier) {
        attempts.merge(tier, 1L, Long::sum);
    }

    void booked(Tier tier, Money amount) {
        picoUsd.merge(tier, amount.picoUsd(), Long::sum);
    }

    /** Money that was spent without an accepted output. */
    void wasted(Money amount) {
        wastedPicoUsd += amount.picoUsd();
    }

    /** A subtask or an item of one was begun, on whatever tier. */
    void begun() {
        executions++;
    }

    /** One of those was accepted, and is right. */
    void right() {
        right++;
    }

    int executions() {
        return executions;
    }

    int rightAnswers() {
        return right;
    }

    long attempts(Tier tier) {
        return attempts.getOrDefault(tier, 0L);
    }

    Money booked(Tier tier) {
        return Money.ofPico(picoUsd.getOrDefault(tier, 0L));
    }

    Money wasted() {
        return Money.ofPico(wastedPicoUsd);
    }
}
