// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.cli.SearchOptions.Steps;
import dev.cadre.cli.live.RunBoard;
import dev.cadre.event.RunListener;
import dev.cadre.examples.agent.SearchCrew;
import dev.cadre.examples.repository.Deadline;
import dev.cadre.examples.repository.ReadLimits;
import dev.cadre.examples.repository.RootJail;
import dev.cadre.examples.search.CitationGate;
import dev.cadre.examples.search.CodeBase;
import dev.cadre.examples.search.SearchAnswer;
import dev.cadre.examples.search.SearchQuestion;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.Money;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Runs {@code cadre search}. */
@Command(
        name = "search",
        description = "Answers a question about a code base, with the places that carry the answer.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class SearchCommand implements Callable<Integer> {
    private static final Duration LEAST_TIME = Duration.ofMillis(1);

    /** What finding places without a model may take when the models have failed, at their deadline too. */
    private static final Duration PLACES_TIME = Duration.ofMillis(900);

    private final Terminal terminal;
    private final InstantSource clock;
    private final Models models;
    private final JsonOutput json = new JsonOutput();

    @Mixin
    private final SearchArguments arguments = new SearchArguments();

    SearchCommand(Terminal terminal, InstantSource clock, Models models) {
        this.terminal = terminal;
        this.clock = clock;
        this.models = models;
    }

    @Override
    public Integer call() throws UsageException, IOException, InterruptedException {
        SearchOptions options = arguments.checked(terminal);
        Instant start = clock.instant();
        return (usesModels(options)
                        ? withModels(options, start)
                        : search(options, start, null, new RunBoard(clock, Money.ZERO)))
                .code();
    }

    private boolean usesModels(SearchOptions options) {
        return options.offline() == SearchOptions.Offline.WITHOUT_KEY && models.hasKey();
    }

    /** @param start when the time of the search began: opening the clients of a provider takes some of it */
    private ExitStatus withModels(SearchOptions options, Instant start) throws UsageException, IOException {
        var board = new RunBoard(clock, options.budget());
        Interruption interruption = Interruption.ofThisThread();
        try (ModelPools pools = models.open(options.parallel())) {
            return search(options, start, pools, board);
        } catch (InterruptedException told) {
            String message = interrupted(options, board);
            terminal.err().println("cadre: " + message);
            if (options.output() == Output.JSON) {
                terminal.out().println(json.document(SearchDocument.failed("interrupted", message)));
            }
            return ExitStatus.INTERRUPTED;
        } finally {
            interruption.end();
        }
    }

    private String interrupted(SearchOptions options, RunBoard board) {
        boolean isRecorded = options.journal().isPresent()
                || UsualJournals.of(models.environment()).isPresent();
        return "interrupted; $%s was spent; %s"
                .formatted(
                        board.spent().toUsd(),
                        isRecorded && options.steps() == Steps.ALL
                                ? "the same command goes on from here"
                                : "with a --journal a search can go on from where it was");
    }

    private ExitStatus search(SearchOptions options, Instant start, @Nullable ModelPools pools, RunBoard board)
            throws UsageException, IOException, InterruptedException {
        SearchDocument document;
        try (Watching watching = Watching.of(options.progress(), terminal, board)) {
            document = found(options, start, pools, board, watching.terminal());
        }
        return print(document, options);
    }

    private SearchDocument found(
            SearchOptions options, Instant start, @Nullable ModelPools pools, RunBoard board, Terminal shown)
            throws UsageException, IOException, InterruptedException {
        ProgressLines progress = ProgressLines.of(options.progress(), shown, json);
        var deadline = new Deadline(clock, start.plus(options.deadline()));
        CodeBase base = CodeBase.open(options.repo(), ReadLimits.STANDARD, deadline);
        Duration opening = Duration.between(start, clock.instant());
        progress.opened(base.repository().files().size(), opening);
        var gate = new CitationGate(
                base.repository(), RootJail.of(base.repository().root(), ReadLimits.STANDARD));
        RunListener heard = board.and(progress);
        SearchCrew crew;
        if (pools == null) {
            crew = SearchCrew.offline(base, gate, options.question(), heard, clock);
        } else {
            progress.sending(base.repository().files().size());
            crew = SearchCrew.ofModels(pools, base, gate, options.question(), heard, clock);
        }
        Mode mode = pools == null ? Mode.OFFLINE : Mode.MODEL;
        Budget budget =
                Budget.of(options.budget()).within(longer(options.deadline().minus(opening), LEAST_TIME));
        if (options.steps() == Steps.PLAN_ONLY) {
            return SearchDocument.of(crew.preview(budget), mode, options);
        }
        Optional<UsualJournals> usual = pools == null ? Optional.empty() : UsualJournals.of(models.environment());
        RunResult<SearchAnswer> result =
                new SearchRecord(shown, clock, options, usual).run(crew, budget, base.repository());
        SearchDocument document = SearchDocument.of(result, mode, base, options.question());
        return pools != null && result instanceof RunResult.Failed<SearchAnswer> failed
                ? document.withPlaces(places(base, gate, options.question(), clock), WithoutModel.note(failed))
                : document;
    }

    /** What can be found without a model in the code that has been read: it costs no money and hardly any time. */
    static SearchAnswer places(CodeBase base, CitationGate gate, SearchQuestion question, InstantSource clock)
            throws InterruptedException {
        RunResult<SearchAnswer> result = SearchCrew.offline(base, gate, question, RunListener.SILENT, clock)
                .run(Budget.usd("0").within(PLACES_TIME));
        return result instanceof RunResult.Complete<SearchAnswer> complete ? complete.answer() : SearchAnswer.NOTHING;
    }

    private static Duration longer(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? b : a;
    }

    private ExitStatus print(SearchDocument document, SearchOptions options) {
        if (options.output() == Output.JSON) {
            terminal.out().println(json.document(document));
        } else {
            new TextOutput(terminal.out(), terminal.err(), options.look()).print(document, options);
        }
        if (document.error() != null) {
            terminal.err()
                    .println("cadre: " + TextOutput.visible(document.error().message()));
        }
        return document.exitStatus();
    }
}
