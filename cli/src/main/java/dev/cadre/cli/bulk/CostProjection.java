// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

import dev.cadre.json.Json;
import dev.cadre.price.CostRange;
import dev.cadre.price.Money;
import java.util.Optional;

/** What a run will cost in the end, by what the items that have ended really cost. For one thread. */
public final class CostProjection {
    /** From fewer items nothing is learned. */
    public static final int LEAST_ITEMS = 100;

    private long items;
    private Money cost = Money.ZERO;

    /** Learns from the line of an item that has ended; what cost nothing, such as an item on record, teaches nothing. */
    public void add(Json.Obj line) {
        long picoUsd = line.longValue("picoUsd");
        if (picoUsd > 0) {
            items++;
            cost = cost.plus(Money.ofPico(picoUsd));
        }
    }

    /**
     * The cost of this run when its last item has ended: what was spent, and the mean for each item that is left. Not a
     * bound, and not bounded by the budget.
     *
     * @return empty as long as fewer than {@value #LEAST_ITEMS} items have cost anything, or the total is not known
     */
    public Optional<Money> total(BulkTally tally) {
        if (items < LEAST_ITEMS || tally.total() < tally.ended()) {
            return Optional.empty();
        }
        long left = tally.total() - tally.ended();
        long mean = Math.ceilDiv(cost.picoUsd(), items);
        boolean isBeyond =
                mean != 0 && left > (Long.MAX_VALUE - tally.spend().total().picoUsd()) / mean;
        return Optional.of(isBeyond ? CostRange.MOST : tally.spend().total().plus(Money.ofPico(mean * left)));
    }
}
