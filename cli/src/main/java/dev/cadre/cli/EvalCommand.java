// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.bulk.BatchRejectedException;
import dev.cadre.bulk.Lane;
import dev.cadre.cli.report.EvalPage;
import dev.cadre.eval.EvalResult;
import dev.cadre.eval.Evals;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.JournalException;
import dev.cadre.journal.UnrecordedException;
import dev.cadre.json.Json;
import dev.cadre.model.Tier;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.UnpricedException;
import dev.cadre.task.RunClock;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Runs {@code cadre eval}. */
@Command(
        name = "eval",
        description = "Tries examples with known answers on several tiers, and says which tier is good enough.",
        footer =
                "Run the same command again with its journal to go on after an interrupt, with more examples or with more"
                        + " money: what was answered is not paid twice.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class EvalCommand implements Callable<Integer> {
    /** What goes on for longer is resumed. */
    private static final Duration LONGEST_NOW = Duration.ofHours(24);

    private final Terminal terminal;
    private final InstantSource clock;
    private final RunClock runClock;
    private final Models models;
    private final Map<String, String> environment;
    private final JsonOutput json = new JsonOutput();

    @Mixin
    private final EvalArguments arguments = new EvalArguments();

    EvalCommand(
            Terminal terminal, InstantSource clock, RunClock runClock, Models models, Map<String, String> environment) {
        this.terminal = terminal;
        this.clock = clock;
        this.runClock = runClock;
        this.models = models;
        this.environment = environment;
    }

    @Override
    public Integer call() throws UsageException, IOException {
        EvalOptions options = arguments.checked();
        models.requireKey("eval");
        if (options.lane() == Lane.BATCH && options.files().journal().isEmpty()) {
            throw new UsageException(
                    "bad_argument", "--lane batch needs a --journal, because a batch outlives the process");
        }
        // batches go on without this process, and an interrupt would cancel them
        @Nullable Interruption interruption = options.lane() == Lane.NOW ? Interruption.ofThisThread() : null;
        try {
            return recorded(options).code();
        } finally {
            if (interruption != null) {
                interruption.end();
            }
        }
    }

    private ExitStatus recorded(EvalOptions options) throws UsageException, IOException {
        if (options.files().journal().isEmpty()) {
            return withModels(options, null);
        }
        try (FileJournal journal = Journals.open(options.files().journal().get())) {
            return withModels(options, journal);
        }
    }

    private ExitStatus withModels(EvalOptions options, @Nullable FileJournal journal)
            throws UsageException, IOException {
        try (ModelPools pools = models.open(options.parallel())) {
            var progress = new EvalProgress(options, terminal, clock);
            Coordinator coordinator = Coordinator.builder(pools)
                    .clock(runClock)
                    .listener(progress)
                    .listener(new PauseLines(
                            options.progress(),
                            terminal,
                            clock,
                            pools.pool(Tier.NANO).retryPolicy().maxRetryAfter()))
                    .build();
            return run(options, journal == null ? coordinator : coordinator.journal(journal), progress);
        } catch (UnpricedException e) {
            throw models.unpriced(e);
        }
    }

    private ExitStatus run(EvalOptions options, Coordinator coordinator, EvalProgress progress)
            throws UsageException, IOException {
        Evals<Json, Json.Obj> evals = options.evals();
        Budget budget = options.lane() == Lane.NOW
                ? Budget.of(options.budget()).within(LONGEST_NOW)
                : Budget.of(options.budget());
        try {
            progress.starting(coordinator.preview(evals, budget));
            return finish(options, coordinator.run(evals, budget));
        } catch (InterruptedException e) {
            String goesOn = options.files().journal().isEmpty()
                    ? "interrupted; with a --journal an eval can go on from where it was"
                    : "interrupted; the same command goes on from here";
            return fail(ExitStatus.INTERRUPTED, new Problem("interrupted", goesOn), options);
        } catch (IllegalArgumentException
                | IllegalStateException e) { // the lane cannot do it, or money is short for it
            throw new UsageException("bad_argument", String.valueOf(e.getMessage()));
        } catch (UnrecordedException e) {
            return fail(ExitStatus.FAILED, BulkDocument.unrecorded(e), options);
        } catch (JournalException | BatchRejectedException e) {
            return fail(ExitStatus.FAILED, Problem.of(e), options);
        }
    }

    private ExitStatus finish(EvalOptions options, EvalResult result) throws IOException {
        var ending = EvalEnding.of(options, result);
        if (options.output() == Output.JSON) {
            terminal.out().println(json.document(EvalDocument.of(options, result, ending)));
        } else {
            new EvalText(terminal, EvalText.width(environment)).print(options, result, ending);
        }
        if (options.files().page().isPresent()) {
            String page = EvalPage.of(result, ending.sentence(), options.tableFields());
            PageFile.write(options.files().page().get(), page);
        }
        ending.problem()
                .ifPresent(problem -> terminal.err().println("cadre: " + TextOutput.visible(problem.message())));
        return ending.status();
    }

    private ExitStatus fail(ExitStatus status, Problem problem, EvalOptions options) {
        if (options.output() == Output.JSON) {
            terminal.out().println(json.document(EvalDocument.failed(problem.kind(), problem.message())));
        }
        terminal.err().println("cadre: " + TextOutput.visible(problem.message()));
        return status;
    }
}
