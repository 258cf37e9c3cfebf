// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.cli;

import dev.cadre.examples.repository.SkipReason;
import dev.cadre.examples.search.CheckedCitation;
import dev.cadre.examples.search.SearchPlan;
import dev.cadre.examples.search.SearchReport;
import dev.cadre.examples.search.SearchReport.SubtaskEnd;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The JSON document of a search, as it is printed. The order of the components is that of the document. */
record SearchDocument(
        int schema,
        String status,
        String mode,
        String question,
        List<Answer> answer,
        List<Result> results,
        String confidence,
        List<PlanRow> plan,
        Cost cost,
        Map<String, Integer> skipped,
        @Nullable Problem error) {

    static final String OFFLINE = "offline-lexical";
    private static final int SCHEMA = 1;
    private static final int PICO_DIGITS = 12;
    private static final int SCORE_DIGITS = 10_000;

    record Answer(String text, List<Integer> citations) {}

    record Result(
            int id,
            String path,
            int startLine,
            int endLine,
            String symbol,
            String snippet,
            double score,
            List<String> foundBy) {}

    record PlanRow(
            String id,
            String type,
            String status,
            String reason,
            String tier,
            String model,
            int attempts,
            long inputTokens,
            long outputTokens,
            long picoUsd,
            long ms) {}

    record Cost(long picoUsd, String usd, long budgetPicoUsd, long forfeitedPicoUsd, int attempts) {
        /** The cost of a run that called no model. */
        static Cost nothing(BigDecimal budgetUsd) {
            return new Cost(0, "0", budgetUsd.movePointRight(PICO_DIGITS).longValueExact(), 0, 0);
        }
    }

    record Problem(String kind, String message) {}

    static SearchDocument of(SearchReport report, SearchOptions options) {
        return new SearchDocument(
                SCHEMA,
                report.status().label(),
                OFFLINE,
                report.question(),
                report.answer().stream()
                        .map(each -> new Answer(each.text(), each.citations()))
                        .toList(),
                results(report.citations()),
                report.confidence().label(),
                report.subtasks().stream().map(SearchDocument::row).toList(),
                Cost.nothing(options.budgetUsd()),
                counts(report.skipped()),
                null);
    }

    static SearchDocument of(SearchPlan plan, SearchOptions options) {
        List<PlanRow> rows = plan.subtasks().stream()
                .map(each -> row(new SubtaskEnd(each.id(), each.work().type(), "planned", "", 0)))
                .toList();
        return new SearchDocument(
                SCHEMA,
                "complete",
                OFFLINE,
                options.question().text(),
                List.of(),
                List.of(),
                "none",
                rows,
                Cost.nothing(options.budgetUsd()),
                Map.of(),
                null);
    }

    static SearchDocument failed(String kind, String message) {
        return new SearchDocument(
                SCHEMA,
                "failed",
                OFFLINE,
                "",
                List.of(),
                List.of(),
                "none",
                List.of(),
                Cost.nothing(BigDecimal.ZERO),
                Map.of(),
                new Problem(kind, message));
    }

    private static List<Result> results(List<CheckedCitation> citations) {
        return IntStream.range(0, citations.size())
                .mapToObj(i -> result(i + 1, citations.get(i)))
                .toList();
    }

    private static Result result(int id, CheckedCitation checked) {
        var citation = checked.citation();
        return new Result(
                id,
                citation.path(),
                citation.startLine(),
                citation.endLine(),
                citation.symbol(),
                checked.snippet(),
                (double) Math.round(citation.score() * SCORE_DIGITS) / SCORE_DIGITS,
                citation.foundBy());
    }

    private static PlanRow row(SubtaskEnd end) {
        return new PlanRow(end.id(), end.type(), end.status(), end.reason(), "code", OFFLINE, 0, 0, 0, 0, end.millis());
    }

    private static Map<String, Integer> counts(Map<SkipReason, Integer> skipped) {
        var counts = new LinkedHashMap<String, Integer>();
        skipped.forEach((reason, number) -> counts.put(reason.label(), number));
        return counts;
    }
}
