// SPDX-License-Identifier: Apache-2.0
package dev.cadre.share;

import dev.cadre.price.Money;
import dev.cadre.share.SyncAnswer.Sums;
import java.time.LocalDate;

/**
 * A budget as a store keeps it.
 *
 * @param windowStart the first day of the window that the sums are of
 * @param sums what all holders have spent in this window, and what their leases hold now
 * @param breached whether an attempt cost more than its worst case
 * @param alertPercent the part of the limit at which holders tell their listeners
 */
public record BudgetRow(
        String name,
        Money limit,
        BudgetWindow window,
        LocalDate windowStart,
        Sums sums,
        boolean breached,
        int alertPercent) {

    BudgetRow with(Sums changed) {
        return new BudgetRow(name, limit, window, windowStart, changed, breached, alertPercent);
    }

    BudgetRow asBreached() {
        return new BudgetRow(name, limit, window, windowStart, sums, true, alertPercent);
    }

    /** Nothing is spent in a new window; what leases hold is held on. */
    BudgetRow inWindow(LocalDate start) {
        var begun = new Sums(Money.ZERO, Money.ZERO, sums.held(), sums.setAside());
        return new BudgetRow(name, limit, window, start, begun, breached, alertPercent);
    }

    /** What nobody has spent or holds. */
    Money free() {
        return breached ? Money.ZERO : limit.minusOrZero(sums.committed());
    }
}
