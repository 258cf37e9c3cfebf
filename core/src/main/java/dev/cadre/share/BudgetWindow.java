// SPDX-License-Identifier: Apache-2.0
package dev.cadre.share;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;

/** The time for which a limit holds; its spending begins at zero again when a new window begins, by UTC. */
public enum BudgetWindow {
    /** The limit holds for ever. */
    NONE,
    /** The limit holds for each day. */
    DAY,
    /** The limit holds for each calendar month. */
    MONTH;

    /** The first day of the window that a time is in; 1970-01-01 if there are no windows. */
    public LocalDate start(Instant time) {
        LocalDate day = time.atZone(ZoneOffset.UTC).toLocalDate();
        return switch (this) {
            case NONE -> LocalDate.EPOCH;
            case DAY -> day;
            case MONTH -> day.withDayOfMonth(1);
        };
    }
}
