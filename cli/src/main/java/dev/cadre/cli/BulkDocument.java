// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.bulk.BulkSummary;
import dev.cadre.cli.bulk.BulkSession;
import dev.cadre.cli.bulk.BulkTally;
import dev.cadre.journal.UnrecordedException;
import dev.cadre.model.ModelException;
import dev.cadre.openai.OpenAi;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.task.Failure;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The JSON document of a bulk run, as it is printed. The order of the components is that of the document.
 *
 * @param model what was asked
 * @param stop why no more was done: {@code end_of_input}, {@code budget}, {@code deadline}, {@code error} or
 *     {@code interrupt}
 * @param allRuns what this run and those before it spent
 * @param leftOut open items that the options left out; they are among those that were skipped
 * @param dryRun what there is to do, if nothing else was asked for
 * @param notes what had to be adapted to the server, and the variables that spare it
 */
record BulkDocument(
        int schema,
        String status,
        String mode,
        String lane,
        String tier,
        String model,
        String input,
        String output,
        String journal,
        Items items,
        String stop,
        long batches,
        @Nullable Estimate estimate,
        Cost cost,
        Sum allRuns,
        long leftOut,
        @Nullable BulkForecast dryRun,
        List<String> notes,
        @Nullable Problem error) {
    private static final int SCHEMA = 1;
    private static final String STANDARD = "-";

    /** How many items ended how; those on record are among those that succeeded. */
    record Items(long total, long succeeded, long failed, long skipped, long reused) {
        static Items of(BulkTally tally) {
            return new Items(tally.total(), tally.succeeded(), tally.failed(), tally.skipped(), tally.reused());
        }
    }

    /** What was spent in this run and those before it. */
    record Sum(long picoUsd, String usd) {
        static final Sum NOTHING = of(Money.ZERO);

        static Sum of(Money all) {
            return new Sum(all.picoUsd(), all.toUsd());
        }
    }

    /** The same with what was spent in all runs of the journal. */
    BulkDocument inAllRuns(Money all) {
        return with(Sum.of(all), dryRun, stop);
    }

    private BulkDocument with(Sum sum, @Nullable BulkForecast found, String end) {
        return new BulkDocument(
                schema, status, mode, lane, tier, model, input, output, journal, items, end, batches, estimate, cost,
                sum, leftOut, found, notes, error);
    }

    /** The same with what went wrong after the last item, unless something had gone wrong before. */
    BulkDocument unlessFailed(Problem late) {
        return error != null
                ? this
                : new BulkDocument(
                        schema,
                        SearchDocument.FAILED,
                        mode,
                        lane,
                        tier,
                        model,
                        input,
                        output,
                        journal,
                        items,
                        "error",
                        batches,
                        estimate,
                        cost,
                        allRuns,
                        leftOut,
                        dryRun,
                        notes,
                        late);
    }

    /** Of a run that only looked. */
    static BulkDocument dry(BulkOptions options, String model, BulkSession.Survey survey, BulkForecast found) {
        return of(
                        options,
                        model,
                        survey,
                        new BulkTally(survey.items(), 0, 0, 0, 0, Spend.NONE, ""),
                        SearchDocument.COMPLETE,
                        "dry_run",
                        0,
                        List.of(),
                        null)
                .with(Sum.NOTHING, found, "dry_run");
    }

    /** What the items that were left could cost, in US dollars. */
    record Estimate(long items, String lowUsd, String expectedUsd, String worstUsd) {
        static Estimate of(BulkSession.Survey survey) {
            return new Estimate(
                    survey.left(),
                    survey.price().low().toUsd(),
                    survey.price().expected().toUsd(),
                    survey.price().worst().toUsd());
        }
    }

    static BulkDocument of(
            BulkOptions options, String model, BulkSession.Survey survey, BulkSession.Ending ending, Learned learned) {
        Problem problem = survey.left() == 0 && survey.leftOut() > 0 ? null : problem(ending, learned);
        BulkTally tally = ending.tally();
        boolean isPaused = ending.stop() == BulkSummary.Stop.PAUSED && ending.failure() == null;
        String status = problem != null && !(isPaused && tally.succeeded() > 0)
                ? SearchDocument.FAILED
                : tally.succeeded() == tally.total() ? SearchDocument.COMPLETE : SearchDocument.PARTIAL;
        String stop = ending.failure() == null ? ending.stop().name().toLowerCase(Locale.ROOT) : "error";
        return of(options, model, survey, tally, status, stop, ending.batches(), notes(ending, learned), problem);
    }

    /** Of a run that was ended from outside: what has a line is done. */
    static BulkDocument interrupted(
            BulkOptions options, String model, BulkSession.@Nullable Survey survey, BulkTally tally) {
        return of(
                options,
                model,
                survey,
                tally,
                SearchDocument.PARTIAL,
                "interrupt",
                0,
                List.of(),
                new Problem("interrupted", "interrupted; the same command goes on from here"));
    }

    /** Of a run that could not go on for a reason of this machine's. */
    static BulkDocument broken(
            BulkOptions options, String model, BulkSession.@Nullable Survey survey, BulkTally tally, Problem problem) {
        return of(options, model, survey, tally, SearchDocument.FAILED, "error", 0, List.of(), problem);
    }

    private static BulkDocument of(
            BulkOptions options,
            String model,
            BulkSession.@Nullable Survey survey,
            BulkTally tally,
            String status,
            String stop,
            long batches,
            List<String> notes,
            @Nullable Problem problem) {
        return new BulkDocument(
                SCHEMA,
                status,
                Mode.MODEL.label(),
                options.lane().name().toLowerCase(Locale.ROOT),
                options.tier().name().toLowerCase(Locale.ROOT),
                model,
                options.input().map(Object::toString).orElse(STANDARD),
                options.results().map(Object::toString).orElse(STANDARD),
                options.journal().map(Object::toString).orElse(""),
                Items.of(tally),
                stop,
                batches,
                survey == null ? null : Estimate.of(survey),
                Cost.of(tally.spend(), options.budget()),
                Sum.of(tally.spend().total()),
                survey == null ? 0 : survey.leftOut(),
                null,
                notes,
                problem);
    }

    static Problem unrecorded(UnrecordedException unrecorded) {
        return new Problem(
                "journal_failed", unrecorded.getMessage() + "; once it can be, the same command goes on from here");
    }

    /** A run of which nothing succeeded has failed, whatever each item says. */
    private static @Nullable Problem problem(BulkSession.Ending ending, Learned learned) {
        if (ending.failure() instanceof UnrecordedException unrecorded) {
            return unrecorded(unrecorded);
        }
        if (ending.failure() instanceof ModelException.AuthFailed refused) {
            String variable = OpenAi.keyVariable(learned.environment())
                    .map("; the variable of the key is "::concat)
                    .orElse("");
            return new Problem(Problem.of(refused).kind(), refused.getMessage() + variable);
        }
        if (ending.failure() != null) {
            return Problem.of(ending.failure());
        }
        if (ending.stop() == BulkSummary.Stop.PAUSED) {
            return new Problem("paused", ending.pause() + "; the same command goes on from here");
        }
        BulkTally tally = ending.tally();
        if (tally.succeeded() > 0 || tally.total() == 0) {
            return null;
        }
        if (ending.stop() == BulkSummary.Stop.BUDGET && tally.spend().attempts() == 0) {
            return new Problem("budget_too_small", "the budget does not hold even one item");
        }
        return new Problem(
                "nothing_succeeded",
                "0 of %d items succeeded%s%s"
                        .formatted(
                                tally.total(),
                                tally.lastFailure().isEmpty() ? "" : "; the last failed: " + tally.lastFailure(),
                                hasNoForm(tally)
                                        ? learned.onNoForm().map("; "::concat).orElse("")
                                        : ""));
    }

    private static boolean hasNoForm(BulkTally tally) {
        return tally.lastFailure().startsWith(Failure.Kind.INVALID_OUTPUT.name());
    }

    private static List<String> notes(BulkSession.Ending ending, Learned learned) {
        return Stream.concat(ending.notes().stream().map(Echo::ofFailure), learned.advice().stream())
                .toList();
    }

    static BulkDocument failed(String kind, String message) {
        return new BulkDocument(
                SCHEMA,
                SearchDocument.FAILED,
                Mode.MODEL.label(),
                "",
                "",
                "",
                "",
                "",
                "",
                new Items(0, 0, 0, 0, 0),
                "error",
                0,
                null,
                Cost.NONE,
                Sum.NOTHING,
                0,
                null,
                List.of(),
                new Problem(kind, message));
    }

    ExitStatus exitStatus() {
        if (stop.equals("interrupt")) {
            return ExitStatus.INTERRUPTED;
        }
        return switch (status) {
            case SearchDocument.COMPLETE -> ExitStatus.COMPLETE;
            case SearchDocument.PARTIAL -> ExitStatus.PARTIAL;
            default -> ExitStatus.FAILED;
        };
    }

    /** For people: one line, of a dry run several. */
    List<String> lines() {
        return dryRun == null ? List.of(text()) : dryRun.lines(input, Money.ofPico(cost.budgetPicoUsd()));
    }

    private String text() {
        String inAll = allRuns.picoUsd() > cost.picoUsd() ? " ($%s with earlier runs)".formatted(allRuns.usd()) : "";
        String adapted = notes.isEmpty() ? "" : "; noted: " + String.join("; ", notes);
        return "%d of %d items succeeded (%d reused), %d failed, %d skipped; $%s%s of a budget of $%s; results in %s%s"
                .formatted(
                        items.succeeded(),
                        items.total(),
                        items.reused(),
                        items.failed(),
                        items.skipped(),
                        cost.usd(),
                        inAll,
                        Money.ofPico(cost.budgetPicoUsd()).toUsd(),
                        output,
                        adapted);
    }
}
