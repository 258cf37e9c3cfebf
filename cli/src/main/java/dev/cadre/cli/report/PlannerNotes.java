// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.report;

import java.util.Optional;

/** What a journal says of the end of a planner, in words. */
final class PlannerNotes {
    private PlannerNotes() {}

    /** The defects of its plan, one in a line; empty if the text is not of the end of a plan. */
    static Optional<String> words(String json) {
        return Joined.strings(json, "defects")
                .map(defects -> defects.isEmpty() ? "no defects" : String.join("\n", defects));
    }
}
