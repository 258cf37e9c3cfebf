// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.probe.Finding;
import dev.cadre.probe.ServerProbe;
import java.util.List;

/**
 * What {@code cadre doctor --probe} found.
 *
 * @param model the id of the model that was asked
 * @param usd the dollars that were booked
 */
record ProbeDocument(String model, String usd, List<Row> checks) {
    /** One check. */
    record Row(String check, String verdict, String message, List<String> notes) {}

    static ProbeDocument of(String model, ServerProbe.Result result, ProbeAdvice advice) {
        return new ProbeDocument(model, result.spent().toUsd(), advice.rows(result));
    }

    /** Whether runs on this server would fail, or could not be told apart from such. */
    boolean hasFailed() {
        return checks.stream()
                .anyMatch(row -> row.verdict().equals(Finding.Verdict.FAILED.label())
                        || row.verdict().equals(Finding.Verdict.NOT_TRIED.label()));
    }
}
