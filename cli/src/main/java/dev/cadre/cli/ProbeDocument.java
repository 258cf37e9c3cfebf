// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.price.Money;
import dev.cadre.probe.Finding;
import dev.cadre.probe.ServerProbe;
import java.util.List;
import java.util.Optional;

/**
 * What {@code cadre doctor --probe} found.
 *
 * @param model the id of the model that was asked
 * @param api what it was asked over in the end, as {@code CADRE_API} names it
 * @param usd the dollars that were booked
 */
record ProbeDocument(String model, String api, String usd, List<Row> checks) {
    /**
     * One check.
     *
     * @param advice what to do or to set; empty if nothing is
     */
    record Row(String check, String verdict, String message, String advice, List<String> notes) {
        Row advising(String other) {
            return new Row(check, verdict, message, other, notes);
        }
    }

    /** @param other the check of the schema over the other API, if it was made */
    static ProbeDocument of(
            String model, ServerProbe.Result result, Optional<ServerProbe.Result> other, ProbeAdvice advice) {
        Money spent = other.map(ServerProbe.Result::spent).orElse(Money.ZERO).plus(result.spent());
        return new ProbeDocument(model, advice.api(), spent.toUsd(), advice.rows(result, other));
    }

    /** Whether runs on this server would fail, or could not be told apart from such. */
    boolean hasFailed() {
        return checks.stream()
                .anyMatch(row -> row.verdict().equals(Finding.Verdict.FAILED.label())
                        || row.verdict().equals(Finding.Verdict.NOT_TRIED.label()));
    }
}
