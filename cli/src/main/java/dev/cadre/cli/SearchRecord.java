// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.cache.FileCache;
import dev.cadre.examples.agent.SearchCrew;
import dev.cadre.examples.repository.Repository;
import dev.cadre.examples.repository.SourceFile;
import dev.cadre.examples.search.SearchAnswer;
import dev.cadre.file.OwnFiles;
import dev.cadre.file.TempFolder;
import dev.cadre.journal.Fingerprint;
import dev.cadre.journal.Journal;
import dev.cadre.task.RunFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Runs a search and keeps it in a journal: that of {@code --journal}, else one in the user's cache folder if models are paid. */
final class SearchRecord {
    private final Terminal terminal;
    private final InstantSource clock;
    private final SearchOptions options;
    private final Optional<UsualJournals> usual;

    /** @param usual where a search is kept that names no journal; empty if it is not kept */
    SearchRecord(Terminal terminal, InstantSource clock, SearchOptions options, Optional<UsualJournals> usual) {
        this.terminal = terminal;
        this.clock = clock;
        this.options = options;
        this.usual = usual;
    }

    RunResult<SearchAnswer> run(SearchCrew crew, Budget budget, Repository repository)
            throws UsageException, IOException, InterruptedException {
        Optional<FileCache> cache = Caches.open(options.cache());
        return cache.isEmpty()
                ? kept(crew, budget, repository)
                : kept(crew.caching(cache.get(), state(repository)), budget, repository);
    }

    private RunResult<SearchAnswer> kept(SearchCrew crew, Budget budget, Repository repository)
            throws UsageException, IOException, InterruptedException {
        if (options.report().isPresent()) {
            return reported(crew, budget, repository, options.report().get());
        }
        if (options.journal().isPresent()) {
            return recorded(crew, budget, options.journal().get(), state(repository));
        }
        return usual.isPresent() ? resumable(crew, budget, usual.get(), state(repository)) : crew.run(budget);
    }

    /** What ended by itself is not asked again, but what failed for another reason than its money. */
    private RunResult<SearchAnswer> resumable(SearchCrew crew, Budget budget, UsualJournals journals, Fingerprint state)
            throws InterruptedException {
        Optional<UsualJournals.Kept> kept = journals.open(state, clock.instant());
        if (kept.isEmpty()) {
            return crew.run(budget);
        }
        try (UsualJournals.Kept journal = kept.get()) {
            RunResult<SearchAnswer> result = crew.run(budget, journal.journal(), state);
            if (!isWorthResuming(result)) {
                journal.forget();
            }
            return result;
        }
    }

    private static boolean isWorthResuming(RunResult<SearchAnswer> result) {
        return result instanceof RunResult.Failed<SearchAnswer> failed
                && failed.cause().kind() != RunFailure.Kind.BUDGET_TOO_SMALL
                && failed.cause().kind() != RunFailure.Kind.PLAN_REJECTED;
    }

    /** A report is made of a journal: where none is to be kept, of one that lives as long as the run. */
    private RunResult<SearchAnswer> reported(SearchCrew crew, Budget budget, Repository repository, Path report)
            throws UsageException, IOException, InterruptedException {
        PageFile.require("--report", report);
        try (TempFolder folder = TempFolder.open()) {
            Path journal = options.journal().orElse(folder.path().resolve("journal"));
            RunResult<SearchAnswer> result = recorded(crew, budget, journal, state(repository));
            try {
                ReportCommand.write(journal, report, sentences(result));
            } catch (IOException | UsageException lost) {
                // what was found and paid for comes first
                terminal.err().println("cadre: the report could not be written: " + TextOutput.visible(reason(lost)));
            }
            return result;
        }
    }

    private static List<String> sentences(RunResult<SearchAnswer> result) {
        SearchAnswer answer = switch (result) {
            case RunResult.Complete<SearchAnswer> complete -> complete.answer();
            case RunResult.Partial<SearchAnswer> partial -> partial.answer();
            case RunResult.Failed<SearchAnswer> failed -> SearchAnswer.NOTHING;
        };
        return answer.sentences().stream().map(SearchAnswer.Sentence::text).toList();
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
    private Fingerprint state(Repository repository) {
        Optional<String> journal = options.journal().map(Path::toString); // its lock has the same beginning
        var parts = new ArrayList<>(List.of(options.question().toString()));
        for (SourceFile file : repository.files()) {
            Path path = repository.root().path().resolve(file.path()).toAbsolutePath();
            if (journal.filter(path.toString()::startsWith).isEmpty()) {
                parts.addAll(List.of(file.path(), file.text()));
            }
        }
        return Fingerprint.of(parts.toArray(String[]::new));
    }
}
