// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import java.util.List;

/** Nothing of a plan can be run; {@link #defects()} says why, all of it. */
public final class PlanRejectedException extends RuntimeException {
    private static final int SHOWN = 5;

    private final transient List<PlanDefect> defects;

    /** A rejection for these defects. */
    public PlanRejectedException(String why, List<PlanDefect> defects) {
        super(message(why, defects));
        this.defects = List.copyOf(defects);
    }

    /** What was wrong, in the order in which it was found; empty if the planner offered nothing. */
    public List<PlanDefect> defects() {
        return defects;
    }

    private static String message(String why, List<PlanDefect> defects) {
        var message = new StringBuilder(why);
        defects.stream().limit(SHOWN).forEach(defect -> message.append("; ").append(defect));
        if (defects.size() > SHOWN) {
            message.append("; and %,d more defects".formatted(defects.size() - SHOWN));
        }
        return message.toString();
    }
}
