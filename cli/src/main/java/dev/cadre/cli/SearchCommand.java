// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.cli.SearchOptions.Steps;
import dev.cadre.event.RunListener;
import dev.cadre.examples.agent.SearchCrew;
import dev.cadre.examples.repository.Deadline;
import dev.cadre.examples.repository.ReadLimits;
import dev.cadre.examples.repository.Repository;
import dev.cadre.examples.repository.RootJail;
import dev.cadre.examples.repository.SourceFile;
import dev.cadre.examples.search.CitationGate;
import dev.cadre.examples.search.CodeBase;
import dev.cadre.examples.search.SearchAnswer;
import dev.cadre.examples.search.SearchQuestion;
import dev.cadre.file.OwnFiles;
import dev.cadre.file.TempFolder;
import dev.cadre.journal.Fingerprint;
import dev.cadre.journal.Journal;
import dev.cadre.pool.ModelPools;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
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
        return (usesModels(options) ? withModels(options) : search(options, null)).code();
    }

    private boolean usesModels(SearchOptions options) {
        return options.offline() == SearchOptions.Offline.WITHOUT_KEY && models.hasKey();
    }

    private ExitStatus withModels(SearchOptions options) throws UsageException, IOException, InterruptedException {
        try (ModelPools pools = models.open(options.parallel())) {
            return search(options, pools);
        }
    }

    private ExitStatus search(SearchOptions options, @Nullable ModelPools pools)
            throws UsageException, IOException, InterruptedException {
        ProgressLines progress = ProgressLines.of(options.progress(), terminal, json);
        Instant start = clock.instant();
        CodeBase base = CodeBase.open(options.repo(), ReadLimits.STANDARD, Deadline.in(options.deadline(), clock));
        Duration opening = Duration.between(start, clock.instant());
        progress.opened(base.repository().files().size(), opening);
        var gate = new CitationGate(
                base.repository(), RootJail.of(base.repository().root(), ReadLimits.STANDARD));
        SearchCrew crew;
        if (pools == null) {
            crew = SearchCrew.offline(base, gate, options.question(), progress, clock);
        } else {
            progress.sending(base.repository().files().size());
            crew = SearchCrew.ofModels(pools, base, gate, options.question(), progress, clock);
        }
        Mode mode = pools == null ? Mode.OFFLINE : Mode.MODEL;
        Budget budget =
                Budget.of(options.budget()).within(longer(options.deadline().minus(opening), LEAST_TIME));
        if (options.steps() == Steps.PLAN_ONLY) {
            return print(SearchDocument.of(crew.preview(budget), mode, options), options);
        }
        RunResult<SearchAnswer> result = run(crew, budget, base.repository(), options);
        SearchDocument document = SearchDocument.of(result, mode, base, options.question());
        return print(
                pools != null && result instanceof RunResult.Failed<SearchAnswer> failed
                        ? document.withPlaces(places(base, gate, options.question(), clock), WithoutModel.note(failed))
                        : document,
                options);
    }

    /** What can be found without a model in the code that has been read: it costs no money and hardly any time. */
    static SearchAnswer places(CodeBase base, CitationGate gate, SearchQuestion question, InstantSource clock)
            throws InterruptedException {
        RunResult<SearchAnswer> result = SearchCrew.offline(base, gate, question, RunListener.SILENT, clock)
                .run(Budget.usd("0").within(PLACES_TIME));
        return result instanceof RunResult.Complete<SearchAnswer> complete ? complete.answer() : SearchAnswer.NOTHING;
    }

    private RunResult<SearchAnswer> run(SearchCrew crew, Budget budget, Repository repository, SearchOptions options)
            throws UsageException, IOException, InterruptedException {
        if (options.report().isEmpty()) {
            return options.journal().isPresent()
                    ? recorded(crew, budget, options.journal().get(), state(repository, options))
                    : crew.run(budget);
        }
        return reported(crew, budget, repository, options, options.report().get());
    }

    /** A report is made of a journal: where none is to be kept, of one that lives as long as the run. */
    private RunResult<SearchAnswer> reported(
            SearchCrew crew, Budget budget, Repository repository, SearchOptions options, Path report)
            throws UsageException, IOException, InterruptedException {
        PageFile.require("--report", report);
        try (TempFolder folder = TempFolder.open()) {
            Path journal = options.journal().orElse(folder.path().resolve("journal"));
            RunResult<SearchAnswer> result = recorded(crew, budget, journal, state(repository, options));
            try {
                ReportCommand.write(journal, report);
            } catch (IOException | UsageException lost) {
                // what was found and paid for comes first
                terminal.err().println("cadre: the report could not be written: " + TextOutput.visible(reason(lost)));
            }
            return result;
        }
    }

    private static String reason(Exception lost) {
        return lost instanceof IOException io ? OwnFiles.reason(io) : String.valueOf(lost.getMessage());
    }

    private static RunResult<SearchAnswer> recorded(SearchCrew crew, Budget budget, Path file, Fingerprint state)
            throws UsageException, InterruptedException {
        try (Journal journal = Journals.open(file)) {
            return crew.run(budget, journal, state);
        }
    }

    /** Everything besides the question's words that the answer depends on; a journal among the files changes by itself. */
    private static Fingerprint state(Repository repository, SearchOptions options) {
        Optional<String> journal = options.journal().map(Path::toString); // its lock has the same beginning
        var parts = new ArrayList<>(List.of(options.question().toString()));
        for (SourceFile file : repository.files()) {
            Path path = repository.root().resolve(file.path()).toAbsolutePath();
            if (journal.filter(path.toString()::startsWith).isEmpty()) {
                parts.addAll(List.of(file.path(), file.text()));
            }
        }
        return Fingerprint.of(parts.toArray(String[]::new));
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
