// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.bulk.BulkSummary;
import dev.cadre.eval.CandidateResult;
import dev.cadre.eval.EvalResult;
import dev.cadre.eval.Recommendation;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How an eval ended, for the shell and in a sentence.
 *
 * @param recommendation if a rate is required
 * @param problem why there is no verdict at all
 */
record EvalEnding(
        ExitStatus status, Optional<Recommendation> recommendation, String sentence, Optional<Problem> problem) {

    static EvalEnding of(EvalOptions options, EvalResult result) {
        Optional<Recommendation> recommendation = options.required().isPresent()
                ? Optional.of(result.recommend(options.required().getAsDouble()))
                : Optional.empty();
        String sentence = recommendation
                .map(Recommendation::sentence)
                .orElseGet(() -> result.candidates().stream()
                        .map(candidate -> "%s: %s".formatted(candidate.candidate(), candidate.passed()))
                        .collect(Collectors.joining("; ", "", ".")));
        Optional<Problem> problem = problem(result);
        return new EvalEnding(status(result, recommendation, problem), recommendation, sentence, problem);
    }

    private static ExitStatus status(
            EvalResult result, Optional<Recommendation> recommendation, Optional<Problem> problem) {
        if (problem.isPresent()) {
            return ExitStatus.FAILED;
        }
        if (recommendation.filter(Recommendation::isEnough).isPresent()) {
            return ExitStatus.COMPLETE;
        }
        if (!result.isWhole()) {
            return ExitStatus.PARTIAL;
        }
        return recommendation.isPresent() ? ExitStatus.NOTHING_FOUND : ExitStatus.COMPLETE;
    }

    private static Optional<Problem> problem(EvalResult result) {
        if (result.candidates().stream().anyMatch(candidate -> candidate.examples() > 0)) {
            return Optional.empty();
        }
        CandidateResult first = result.candidates().getFirst();
        if (first.stop() == BulkSummary.Stop.BUDGET && result.spend().attempts() == 0) {
            return Optional.of(new Problem("budget_too_small", "the budget does not hold even one example"));
        }
        String kind = switch (first.stop()) {
            case PAUSED -> "paused";
            case JOURNAL_FAILED -> "journal_failed";
            case END_OF_INPUT, BUDGET, DEADLINE, CANCELLED -> "no_verdict";
        };
        return Optional.of(new Problem(kind, result.missing().getFirst()));
    }

    /** The name that documents give it. */
    String name() {
        return switch (status) {
            case COMPLETE -> SearchDocument.COMPLETE;
            case NOTHING_FOUND -> "not_met";
            case PARTIAL, INTERRUPTED -> SearchDocument.PARTIAL;
            case USAGE, FAILED -> SearchDocument.FAILED;
        };
    }
}
