// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.cli.bulk.BulkSession;
import dev.cadre.cli.bulk.InputFile;
import dev.cadre.json.Json;
import dev.cadre.price.Money;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What {@code --dry-run} found: the price of what is left, whatever the budget.
 *
 * @param form of the input
 * @param columns of the input, if it is a table
 * @param leftOut open items that the options leave out
 * @param malformed the first reasons
 * @param coveredItems how many of those that are left the money reaches for at the expected cost
 */
record BulkForecast(
        String form,
        List<String> columns,
        long left,
        long onRecord,
        long malformedItems,
        long leftOut,
        List<String> malformed,
        String expectedUsd,
        String worstUsd,
        String spentBeforeUsd,
        long coveredItems) {
    private static final int MOST_REASONS = 5;

    static BulkForecast of(
            InputFile input, BulkSession.Survey survey, List<String> reasons, Money budget, Money before) {
        return new BulkForecast(
                input.form().name().toLowerCase(Locale.ROOT),
                input.columns(),
                survey.left(),
                survey.recorded(),
                survey.malformed(),
                survey.leftOut(),
                reasons,
                survey.whole().expected().toUsd(),
                survey.whole().worst().toUsd(),
                before.toUsd(),
                covered(survey, budget.minusOrZero(before)));
    }

    /** How many items this money reaches for, by their mean. */
    static long covered(BulkSession.Survey survey, Money money) {
        Money expected = survey.whole().expected();
        return expected.isMoreThan(money)
                ? BigInteger.valueOf(survey.left())
                        .multiply(BigInteger.valueOf(money.picoUsd()))
                        .divide(BigInteger.valueOf(expected.picoUsd()))
                        .longValueExact()
                : survey.left();
    }

    /** Keeps the first reasons of lines that are malformed. */
    static final class Reasons {
        private final List<String> first = new ArrayList<>();

        void hear(Json.Obj line) {
            if (first.size() < MOST_REASONS && line.at("status").equals(Optional.of(new Json.Str("failed")))) {
                first.add(line.string("reason"));
            }
        }

        List<String> first() {
            return List.copyOf(first);
        }
    }

    /** For people. */
    List<String> lines(String input, Money budget) {
        var lines = new ArrayList<String>();
        lines.add("%s is %s%s: %d items left (%d on record, %d malformed, %d left out)"
                .formatted(
                        input,
                        form,
                        columns.isEmpty() ? "" : " with the columns " + String.join(", ", columns),
                        left,
                        onRecord,
                        malformedItems,
                        leftOut));
        lines.add("expected $%s, at most $%s; budget %s%s"
                .formatted(
                        expectedUsd,
                        worstUsd,
                        budget,
                        spentBeforeUsd.equals(Money.ZERO.toUsd())
                                ? ""
                                : ", of which earlier runs spent $" + spentBeforeUsd));
        lines.add("the budget covers %s of them at the expected cost"
                .formatted(coveredItems == left ? "all" : "about " + coveredItems));
        lines.addAll(malformed);
        lines.add("nothing was sent");
        return lines;
    }
}
