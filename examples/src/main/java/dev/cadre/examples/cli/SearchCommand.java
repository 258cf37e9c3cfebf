// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.cli;

import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.examples.agent.SearchCrew;
import dev.cadre.examples.cli.SearchOptions.Output;
import dev.cadre.examples.cli.SearchOptions.Steps;
import dev.cadre.examples.repository.ReadLimits;
import dev.cadre.examples.repository.Repository;
import dev.cadre.examples.repository.RootJail;
import dev.cadre.examples.repository.SourceFile;
import dev.cadre.examples.search.CitationGate;
import dev.cadre.examples.search.CodeBase;
import dev.cadre.examples.search.SearchAnswer;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Fingerprint;
import dev.cadre.journal.Journal;
import dev.cadre.journal.JournalException;
import dev.cadre.openai.OpenAi;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.ModelShutDownException;
import dev.cadre.price.Money;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
    private static final String KEY = "OPENAI_API_KEY";
    private static final Duration LEAST_TIME = Duration.ofMillis(1);

    private final Terminal terminal;
    private final InstantSource clock;
    private final Map<String, String> environment;
    private final JsonOutput json = new JsonOutput();

    @Mixin
    private final SearchArguments arguments = new SearchArguments();

    SearchCommand(Terminal terminal, InstantSource clock, Map<String, String> environment) {
        this.terminal = terminal;
        this.clock = clock;
        this.environment = environment;
    }

    @Override
    public Integer call() throws UsageException, IOException, InterruptedException {
        SearchOptions options = arguments.checked();
        return (usesModels(options) ? withModels(options) : search(options, null)).code();
    }

    private boolean usesModels(SearchOptions options) {
        return options.offline() == SearchOptions.Offline.WITHOUT_KEY
                && !environment.getOrDefault(KEY, "").isBlank();
    }

    private ExitStatus withModels(SearchOptions options) throws UsageException, IOException, InterruptedException {
        try (ModelPools models = pools(options)) {
            return search(options, models);
        }
    }

    private ModelPools pools(SearchOptions options) throws UsageException {
        try {
            return OpenAi.fromEnv(
                    environment, pool -> pool.maxParallel(options.parallel()).calendar(clock));
        } catch (IllegalArgumentException | ModelShutDownException e) {
            throw new UsageException("bad_configuration", String.valueOf(e.getMessage()));
        }
    }

    private ExitStatus search(SearchOptions options, @Nullable ModelPools models)
            throws UsageException, IOException, InterruptedException {
        ProgressLines progress = ProgressLines.of(options.progress(), terminal, json);
        Instant start = clock.instant();
        CodeBase base = CodeBase.open(options.repo(), ReadLimits.STANDARD);
        Duration opening = Duration.between(start, clock.instant());
        progress.opened(base.repository().files().size(), opening);
        var gate = new CitationGate(
                base.repository(), RootJail.of(base.repository().root(), ReadLimits.STANDARD));
        SearchCrew crew;
        if (models == null) {
            crew = SearchCrew.offline(base, gate, options.question(), progress, clock);
        } else {
            progress.sending(base.repository().files().size());
            crew = SearchCrew.ofModels(models, base, gate, options.question(), progress, clock);
        }
        Mode mode = models == null ? Mode.OFFLINE : Mode.MODEL;
        Budget budget = Budget.of(Money.usd(options.budgetUsd().toPlainString()))
                .within(longer(options.deadline().minus(opening), LEAST_TIME));
        if (options.steps() == Steps.PLAN_ONLY) {
            return print(SearchDocument.of(crew.preview(budget), mode, options), options);
        }
        RunResult<SearchAnswer> result = options.journal().isPresent()
                ? recorded(crew, budget, options.journal().get(), state(base.repository(), options))
                : crew.run(budget);
        return print(SearchDocument.of(result, mode, base.repository(), options), options);
    }

    private static RunResult<SearchAnswer> recorded(SearchCrew crew, Budget budget, Path file, Fingerprint state)
            throws UsageException, InterruptedException {
        try (Journal journal = opened(file)) {
            return crew.run(budget, journal, state);
        }
    }

    private static Journal opened(Path file) throws UsageException {
        try {
            return FileJournal.open(file);
        } catch (JournalException | UncheckedIOException e) {
            throw new UsageException("bad_journal", "--journal: " + e.getMessage());
        }
    }

    /** Everything besides the question's words that the answer depends on; a journal among the files changes by itself. */
    private static Fingerprint state(Repository repository, SearchOptions options) {
        String journal = options.journal().orElseThrow().toString(); // its lock has the same beginning
        var parts = new ArrayList<>(List.of(options.question().toString()));
        for (SourceFile file : repository.files()) {
            Path path = repository.root().resolve(file.path()).toAbsolutePath();
            if (!path.toString().startsWith(journal)) {
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
            new TextOutput(terminal.out(), terminal.colour()).print(document, options);
        }
        if (document.error() != null) {
            terminal.err()
                    .println("cadre: " + TextOutput.visible(document.error().message()));
        }
        return document.exitStatus();
    }
}
