// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.cadre.RunReport;
import dev.cadre.RunResult;
import dev.cadre.SubtaskReport;
import dev.cadre.examples.repository.GitCommand;
import dev.cadre.examples.repository.ReadLimits;
import dev.cadre.examples.repository.Repository;
import dev.cadre.examples.repository.SkipReason;
import dev.cadre.examples.search.CheckedCitation;
import dev.cadre.examples.search.CodeBase;
import dev.cadre.examples.search.Confidence;
import dev.cadre.examples.search.SearchAnswer;
import dev.cadre.examples.search.SearchQuestion;
import dev.cadre.price.CostEstimate;
import dev.cadre.price.CountRange;
import dev.cadre.price.Money;
import dev.cadre.task.RunFailure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
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
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> notes,
        @Nullable Problem error,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Estimate estimate,
        @JsonIgnore int filesRead) {

    static final String COMPLETE = "complete";
    static final String PARTIAL = "partial";
    static final String NOTHING_FOUND = "nothing_found";
    static final String FAILED = "failed";

    private static final String SUCCEEDED = "succeeded";
    private static final Set<RunFailure.Kind> UNPLANNED =
            Set.of(RunFailure.Kind.PLANNER_FAILED, RunFailure.Kind.PLAN_REJECTED);
    private static final String NO_HISTORY =
            "no history was read: there are no commits yet, or git is missing, too old or late,"
                    + " or the git folder has more than %,d entries, or is another repository's,"
                            .formatted(ReadLimits.STANDARD.maxFiles())
                    + " or another user's that safe.directory does not name";
    private static final String BY_WORDS =
            "without a model only words are compared: ask in English, with words that the code"
                    + " would use; with OPENAI_API_KEY set, models read the code";
    private static final int SCHEMA = 1;
    private static final int SCORE_DIGITS = 10_000;

    record Answer(String text, List<Integer> citations) {}

    record Result(
            int id,
            String path,
            int startLine,
            int endLine,
            int line,
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
            long attempts,
            long inputTokens,
            long outputTokens,
            long picoUsd,
            long ms) {}

    /**
     * What the whole search costs, planning and merging included, in US dollars: only with {@code --plan-only}.
     *
     * @param worstIsBudget whether the worst case is the budget, because the work alone could cost more
     */
    record Estimate(
            String lowUsd,
            String expectedUsd,
            String worstUsd,
            boolean worstIsBudget,
            String planningUsd,
            String mergingUsd) {
        static Estimate of(CostEstimate estimate) {
            return new Estimate(
                    estimate.low().toUsd(),
                    estimate.expected().toUsd(),
                    estimate.worst().toUsd(),
                    estimate.isCappedByBudget(),
                    estimate.planning().cost().worst().toUsd(),
                    estimate.merging().cost().worst().toUsd());
        }
    }

    static SearchDocument of(RunResult<SearchAnswer> result, Mode mode, CodeBase base, SearchQuestion question) {
        Repository repository = base.repository();
        SearchAnswer answer = switch (result) {
            case RunResult.Complete<SearchAnswer> complete -> complete.answer();
            case RunResult.Partial<SearchAnswer> partial -> partial.answer();
            case RunResult.Failed<SearchAnswer> failed -> SearchAnswer.NOTHING;
        };
        Problem problem = result instanceof RunResult.Failed<SearchAnswer> failed ? Problem.of(failed.cause()) : null;
        return new SearchDocument(
                SCHEMA,
                status(result, answer, repository),
                mode.label(),
                question.text(),
                answers(answer),
                results(answer.citations()),
                answer.confidence().label(),
                rows(result, mode),
                Cost.of(result.report().spend(), result.report().limit()),
                counts(repository.skipped()),
                notes(result, answer, base, mode),
                problem,
                null,
                repository.files().size());
    }

    /** The document of a search whose models failed, with the places that were found without one. */
    SearchDocument withPlaces(SearchAnswer places, String note) {
        return new SearchDocument(
                schema,
                status,
                mode,
                question,
                answers(places),
                results(places.citations()),
                places.confidence().label(),
                plan,
                cost,
                skipped,
                Stream.concat(Stream.of(note), notes.stream()).toList(),
                error,
                estimate,
                filesRead);
    }

    /** This document with one more note. */
    SearchDocument withNote(String note) {
        return withTexts(
                answer, results, Stream.concat(Stream.of(note), notes.stream()).toList());
    }

    /** This document with other texts in it. */
    SearchDocument withTexts(List<Answer> sentences, List<Result> places, List<String> remarks) {
        return new SearchDocument(
                schema,
                status,
                mode,
                question,
                sentences,
                places,
                confidence,
                plan,
                cost,
                skipped,
                remarks,
                error,
                estimate,
                filesRead);
    }

    private static List<Answer> answers(SearchAnswer answer) {
        return answer.sentences().stream()
                .map(each -> new Answer(each.text(), each.citations()))
                .toList();
    }

    private static String status(RunResult<SearchAnswer> result, SearchAnswer answer, Repository repository) {
        return switch (result) {
            case RunResult.Failed<SearchAnswer> failed ->
                failed.cause().kind() == RunFailure.Kind.DEADLINE ? PARTIAL : FAILED;
            case RunResult.Partial<SearchAnswer> partial -> PARTIAL;
            case RunResult.Complete<SearchAnswer> complete when repository.isTruncated() -> PARTIAL;
            case RunResult.Complete<SearchAnswer> complete -> answer.isEmpty() ? NOTHING_FOUND : COMPLETE;
        };
    }

    private static List<String> notes(RunResult<SearchAnswer> result, SearchAnswer answer, CodeBase base, Mode mode) {
        var notes = new ArrayList<>(result.report().notes());
        if (!result.report().saved().isZero()) {
            notes.add("from the cache: what cost %s before"
                    .formatted(result.report().saved()));
        }
        Repository repository = base.repository();
        if (base.history().head().isEmpty()
                && GitCommand.isExpectedIn(repository.root().path())) {
            notes.add(NO_HISTORY);
        }
        if (repository.skipped().containsKey(SkipReason.DEADLINE)) {
            notes.add("reading stopped, to keep the deadline; files that were not read: at least "
                    + repository.skipped().get(SkipReason.DEADLINE));
        }
        if (result instanceof RunResult.Partial<SearchAnswer> partial) {
            notes.addAll(MissingNotes.of(partial.missing()));
        }
        if (mode == Mode.OFFLINE && answer.confidence() == Confidence.NONE) {
            notes.add(BY_WORDS);
        }
        if (answer.dropped() > 0) {
            notes.add("dropped, because the lines did not hold: " + answer.dropped());
        }
        return notes;
    }

    private static List<PlanRow> rows(RunResult<SearchAnswer> result, Mode mode) {
        RunReport report = result.report();
        var rows = new ArrayList<PlanRow>();
        report.subtasks().forEach(each -> rows.add(row(each, each.status().toString(), mode)));
        Optional<RunFailure.Kind> failure = result instanceof RunResult.Failed<SearchAnswer> failed
                ? Optional.of(failed.cause().kind())
                : Optional.empty();
        boolean unplanned = failure.filter(UNPLANNED::contains).isPresent();
        if (report.planner().spend().attempts() > 0) {
            rows.add(row(report.planner(), unplanned ? FAILED : SUCCEEDED, mode));
        }
        if (report.merger().spend().attempts() > 0) {
            boolean unmerged =
                    failure.filter(RunFailure.Kind.MERGE_FAILED::equals).isPresent();
            rows.add(row(report.merger(), unmerged ? FAILED : SUCCEEDED, mode));
        }
        return rows;
    }

    private static PlanRow row(SubtaskReport each, String status, Mode mode) {
        return new PlanRow(
                each.id(),
                each.type(),
                status,
                each.fromCache() ? each.origin().toString() : each.reason(),
                each.tier()
                        .map(tier -> tier.name().toLowerCase(Locale.ROOT))
                        .orElse(each.fromCache() ? "cache" : "code"),
                each.model().isEmpty() ? mode == Mode.OFFLINE ? mode.label() : "" : each.model(),
                each.spend().attempts(),
                each.spend().tokens().inputTokens(),
                each.spend().tokens().outputTokens(),
                each.cost().picoUsd(),
                each.took().toMillis());
    }

    static SearchDocument of(CostEstimate estimate, Mode mode, SearchOptions options) {
        List<PlanRow> rows = estimate.subtasks().stream()
                .map(each -> new PlanRow(
                        each.id(),
                        each.type(),
                        "planned",
                        reason(each),
                        each.tiers().toLowerCase(Locale.ROOT),
                        "",
                        0,
                        0,
                        0,
                        each.cost().worst().picoUsd(),
                        0))
                .toList();
        Money planning = estimate.planning().cost().worst();
        return new SearchDocument(
                SCHEMA,
                COMPLETE,
                mode.label(),
                options.question().text(),
                List.of(),
                List.of(),
                "none",
                rows,
                new Cost(
                        planning.picoUsd(),
                        planning.toUsd(),
                        options.budget().picoUsd(),
                        0,
                        estimate.planning().calls().worst()),
                Map.of(),
                List.of(),
                null,
                Estimate.of(estimate),
                0);
    }

    private static String reason(CostEstimate.Line line) {
        var parts = new ArrayList<String>();
        if (!line.dependsOn().isEmpty()) {
            parts.add("after " + String.join(", ", line.dependsOn()));
        }
        if (!line.items().equals(CountRange.of(1))) {
            parts.add(line.items() + " items");
        }
        return String.join("; ", parts);
    }

    static SearchDocument failed(String kind, String message) {
        return new SearchDocument(
                SCHEMA,
                FAILED,
                Mode.OFFLINE.label(),
                "",
                List.of(),
                List.of(),
                "none",
                List.of(),
                Cost.NONE,
                Map.of(),
                List.of(),
                new Problem(kind, message),
                null,
                0);
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
                citation.bestLine(),
                citation.symbol(),
                checked.snippet(),
                (double) Math.round(citation.score() * SCORE_DIGITS) / SCORE_DIGITS,
                citation.foundBy());
    }

    private static Map<String, Integer> counts(Map<SkipReason, Integer> skipped) {
        var counts = new LinkedHashMap<String, Integer>();
        skipped.forEach((reason, number) -> counts.put(reason.label(), number));
        return counts;
    }

    ExitStatus exitStatus() {
        return switch (status) {
            case COMPLETE -> ExitStatus.COMPLETE;
            case NOTHING_FOUND -> ExitStatus.NOTHING_FOUND;
            case PARTIAL -> ExitStatus.PARTIAL;
            default -> ExitStatus.FAILED;
        };
    }
}
