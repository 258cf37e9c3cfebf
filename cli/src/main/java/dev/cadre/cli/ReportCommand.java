// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.cli.report.ReportPage;
import dev.cadre.journal.JournalException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs {@code cadre report}. */
@Command(
        name = "report",
        description = "Shows the runs of a journal as one page: time, graph, money, and what each subtask cost.",
        mixinStandardHelpOptions = true)
final class ReportCommand implements Callable<Integer> {
    /** Where a page must not be written. */
    static final String OF_THE_JOURNAL = "the journal, or the lock beside it";

    private final Terminal terminal;

    @Parameters(paramLabel = "JOURNAL", description = "a file that a run or a bulk left")
    private String journal = "";

    @Option(names = "--output", paramLabel = "FILE.html", required = true, description = "where the page is written")
    private String output = "";

    ReportCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws UsageException, IOException {
        Path from = required("JOURNAL", journal);
        if (!Files.isRegularFile(from)) {
            throw new UsageException("no_such_file", "JOURNAL: \"" + journal + "\" is no file");
        }
        Path to = required("--output", output);
        OptionValues.requireOther("--output", to, OF_THE_JOURNAL, Journals.places(from));
        PageFile.require("--output", to);
        write(from, to, List.of());
        terminal.err().println("the report is in " + TextOutput.visible(output));
        return ExitStatus.COMPLETE.code();
    }

    /**
     * Writes the page of a journal, whole or not at all.
     *
     * @param answer the paragraphs of an answer that the journal does not hold, because plain code made it
     * @throws UsageException if the journal cannot be read
     */
    static void write(Path journal, Path page, List<String> answer) throws UsageException, IOException {
        String html;
        try {
            html = ReportPage.of(journal, answer);
        } catch (JournalException | UncheckedIOException e) {
            throw new UsageException("bad_journal", String.valueOf(e.getMessage()));
        }
        PageFile.write(page, html);
    }

    private static Path required(String name, String value) throws UsageException {
        return OptionValues.path(name, value).orElseThrow(() -> OptionValues.refused(name, value, "a path"));
    }
}
