// SPDX-License-Identifier: Apache-2.0
package dev.cadre.budget;

import dev.cadre.price.Money;
import dev.cadre.share.SyncAnswer.Standing;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Finds the alerts that are due, each once in a window. Used by one thread. */
final class AlertsOnce {
    private static final int WHOLE = 100;

    private final Map<String, LocalDate> told = new HashMap<>();

    List<BudgetAlert> due(Iterable<Standing> chain) {
        var due = new ArrayList<BudgetAlert>();
        for (Standing standing : chain) {
            Money spent = standing.elsewhere()
                    .settled()
                    .plus(standing.elsewhere().forfeited())
                    .plus(standing.own().settled())
                    .plus(standing.own().forfeited());
            boolean isReached = !spent.isZero()
                    && !standing.limit().percent(standing.alertPercent()).isMoreThan(spent);
            if (isReached
                    && standing.alertPercent() <= WHOLE
                    && !standing.window().equals(told.get(standing.budget()))) {
                told.put(standing.budget(), standing.window());
                due.add(new BudgetAlert(
                        standing.budget(), standing.window(), spent, standing.limit(), standing.alertPercent()));
            }
        }
        return due;
    }
}
