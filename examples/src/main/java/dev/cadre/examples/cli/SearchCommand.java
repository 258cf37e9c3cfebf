// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.cli;

import dev.cadre.examples.cli.SearchOptions.Output;
import dev.cadre.examples.cli.SearchOptions.Steps;
import dev.cadre.examples.repository.ReadLimits;
import dev.cadre.examples.repository.RootJail;
import dev.cadre.examples.search.CitationGate;
import dev.cadre.examples.search.CodeBase;
import dev.cadre.examples.search.OfflineSearch;
import dev.cadre.examples.search.SearchListener;
import dev.cadre.examples.search.SearchPlan;
import dev.cadre.examples.search.SearchReport;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Runs {@code cadre search}. */
@Command(
        name = "search",
        description = "Answers a question about a code base, with the places that carry the answer.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class SearchCommand implements Callable<Integer> {
    private final Terminal terminal;
    private final InstantSource clock;
    private final JsonOutput json = new JsonOutput();

    @Mixin
    private final SearchArguments arguments = new SearchArguments();

    SearchCommand(Terminal terminal, InstantSource clock) {
        this.terminal = terminal;
        this.clock = clock;
    }

    @Override
    public Integer call() throws UsageException, IOException, InterruptedException {
        return run(arguments.checked()).code();
    }

    private ExitStatus run(SearchOptions options) throws IOException, InterruptedException {
        SearchListener listener = ProgressLines.of(options.progress(), terminal, json);
        Instant start = clock.instant();
        CodeBase base = CodeBase.open(options.repo(), ReadLimits.STANDARD);
        Duration opening = Duration.between(start, clock.instant());
        listener.opened(base.repository().files().size(), opening.toMillis());
        var gate = new CitationGate(
                base.repository(), RootJail.of(base.repository().root(), ReadLimits.STANDARD));
        var search = new OfflineSearch(base, gate, listener, clock);
        SearchPlan plan = search.plan(options.question());
        if (options.steps() == Steps.PLAN_ONLY) {
            print(plan, options);
            return ExitStatus.COMPLETE;
        }
        SearchReport report =
                search.run(options.question(), plan, options.deadline().minus(opening));
        print(report, options);
        return switch (report.status()) {
            case COMPLETE -> ExitStatus.COMPLETE;
            case NOTHING_FOUND -> ExitStatus.NOTHING_FOUND;
            case PARTIAL -> ExitStatus.PARTIAL;
        };
    }

    private void print(SearchPlan plan, SearchOptions options) {
        if (options.output() == Output.JSON) {
            terminal.out().println(json.document(SearchDocument.of(plan, options)));
        } else {
            new TextOutput(terminal.out(), terminal.colour()).print(plan);
        }
    }

    private void print(SearchReport report, SearchOptions options) {
        if (options.output() == Output.JSON) {
            terminal.out().println(json.document(SearchDocument.of(report, options)));
        } else {
            new TextOutput(terminal.out(), terminal.colour()).print(report, options);
        }
    }
}
