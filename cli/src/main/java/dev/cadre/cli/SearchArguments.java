// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.cli.SearchOptions.Explain;
import dev.cadre.cli.SearchOptions.Offline;
import dev.cadre.cli.SearchOptions.Steps;
import dev.cadre.examples.index.FileRanker.Sides;
import dev.cadre.examples.search.PathFilter;
import dev.cadre.examples.search.SearchQuestion;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The options of {@code cadre search} as they were typed; {@link #checked} makes sense of them. */
final class SearchArguments {
    private static final int MAX_FILES = 100;

    @Option(
            names = "--repo",
            paramLabel = "DIR",
            defaultValue = ".",
            description = "folder to search (default: the current one)")
    String repo = ".";

    @Mixin
    final JsonOption json = new JsonOption();

    @Mixin
    final SpendingOptions spending = new SpendingOptions();

    @Option(
            names = "--deadline",
            paramLabel = "TIME",
            defaultValue = "90s",
            description = "most time, as 90s or 5m (default: ${DEFAULT-VALUE})")
    String deadline = "90s";

    @Option(names = "--offline", description = "use no model and no network")
    boolean offline;

    @Option(names = "--plan-only", description = "print the plan and stop")
    boolean planOnly;

    @Option(names = "--yes", description = "ask nothing")
    boolean yes;

    @Option(
            names = "--journal",
            paramLabel = "FILE",
            defaultValue = "",
            description = "record the run here, resume it from here")
    String journal = "";

    @Option(
            names = Caches.OPTION,
            paramLabel = "DIR",
            defaultValue = "",
            description = "take what models read of the same text before from this folder, and keep it there")
    String cache = "";

    @Option(names = "--report", paramLabel = "FILE.html", defaultValue = "", description = "write a report of the run")
    String report = "";

    @Option(
            names = {"--max-results", "-n"},
            paramLabel = "N",
            defaultValue = "10",
            description = "most files in the answer, each with up to three places (default: ${DEFAULT-VALUE})")
    String maxResults = "10";

    @Option(names = "--include-tests", description = "rank tests, examples and documents like other code")
    boolean includeTests;

    @Option(
            names = "--path",
            paramLabel = "GLOB",
            defaultValue = "",
            description = "only paths like this, as in .gitignore")
    String path = "";

    @Mixin
    final LookOptions look = new LookOptions();

    @Option(names = "--explain", description = "show what each score is made of")
    boolean explain;

    @Mixin
    final ProgressOption progress = new ProgressOption();

    @Parameters(arity = "0..*", paramLabel = "QUESTION", description = "what to find")
    List<String> question = List.of();

    SearchOptions checked(Terminal terminal) throws UsageException {
        return new SearchOptions(
                OptionValues.folder("--repo", repo),
                new SearchQuestion(
                        text(),
                        OptionValues.count("--max-results", maxResults, MAX_FILES),
                        new PathFilter(path),
                        includeTests ? Sides.EQUAL : Sides.BEHIND),
                spending.budget(),
                spending.parallel(),
                OptionValues.time("--deadline", deadline),
                offline ? Offline.ALWAYS : Offline.WITHOUT_KEY,
                planOnly ? Steps.PLAN_ONLY : Steps.ALL,
                json.output(),
                look.look(terminal),
                explain ? Explain.YES : Explain.NO,
                progress.progress(),
                absolute("--journal", journal),
                reportFile(),
                cacheFolder());
    }

    /** Among the files that are searched it would be found itself. */
    private @Nullable Path cacheFolder() throws UsageException {
        Path folder = absolute(Caches.OPTION, cache);
        if (folder != null && OptionValues.isBelow(OptionValues.folder("--repo", repo), folder)) {
            throw new UsageException(
                    "bad_argument", "--cache: \"%s\" is in the --repo that is searched".formatted(cache));
        }
        return folder;
    }

    private @Nullable Path reportFile() throws UsageException {
        if (planOnly && !report.isEmpty()) {
            throw new UsageException("bad_argument", "--report shows a run, and --plan-only runs nothing");
        }
        Path page = absolute("--report", report);
        Path record = absolute("--journal", journal);
        if (page != null && record != null) {
            OptionValues.requireOther("--report", page, ReportCommand.OF_THE_JOURNAL, Journals.places(record));
        }
        return page;
    }

    private static @Nullable Path absolute(String option, String value) throws UsageException {
        return OptionValues.path(option, value).map(Path::toAbsolutePath).orElse(null);
    }

    private String text() throws UsageException {
        return OptionValues.question("QUESTION", String.join(" ", question));
    }
}
