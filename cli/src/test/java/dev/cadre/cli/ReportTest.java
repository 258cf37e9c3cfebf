// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.cli.report.ReportPage;
import dev.cadre.journal.FileJournal;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code cadre report}, and {@code cadre search --report}. */
class ReportTest {
    @TempDir
    Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private Path journal = Path.of("");
    private Path page = Path.of("");

    @BeforeEach
    void write() throws Exception {
        Files.createDirectories(folder.resolve("repo/src"));
        Files.writeString(folder.resolve("repo/src/Backoff.java"), "class Backoff {\n    long delay;\n}\n");
        journal = folder.resolve("run.journal");
        page = folder.resolve("run.html");
    }

    private int run(Object... arguments) {
        out.reset();
        err.reset();
        var terminal =
                new Terminal(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), false, false, false);
        String[] texts = new String[arguments.length];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = arguments[i].toString();
        }
        return new Cadre(terminal, InstantSource.fixed(Instant.EPOCH), Map.of()).run(texts);
    }

    private int search(Object... options) {
        Object[] all = new Object[options.length + 5];
        System.arraycopy(new Object[] {"search", "--offline", "--repo", folder.resolve("repo")}, 0, all, 0, 4);
        System.arraycopy(options, 0, all, 4, options.length);
        all[all.length - 1] = "where is the delay";
        return run(all);
    }

    private String told() {
        return err.toString(UTF_8);
    }

    @Test
    void report_ofARecordedSearch_isOnePage() throws Exception {
        search("--journal", journal);

        assertThat(run("report", journal, "--output", page)).isZero();

        assertThat(told()).isEqualTo("the report is in " + page + "\n");
        assertThat(out.toString(UTF_8)).isEmpty();
        assertThat(Files.readString(page))
                .startsWith("<!DOCTYPE html>")
                .contains("<h1>where is the delay</h1>", "rank-files", "read-places");
        assertThat(folder).isDirectoryNotContaining(file -> file.toString().contains(".report"));
    }

    @Test
    void report_replacesAnEarlierOne() throws Exception {
        search("--journal", journal);
        Files.writeString(page, ReportPage.BEGINNING + "an earlier page");

        assertThat(run("report", journal, "--output", page)).isZero();

        assertThat(Files.readString(page)).doesNotContain("an earlier page").contains("where is the delay");
    }

    @Test
    void report_inPlaceOfAFileOfSomebodyElse_isRefusedBeforeAnythingRuns() throws Exception {
        Path source = folder.resolve("repo/src/Backoff.java");
        byte[] before = Files.readAllBytes(source);

        assertThat(search("--report", source)).isEqualTo(2);

        assertThat(told()).contains("--report: \"" + source + "\" is a file that is no report");
        assertThat(Files.readAllBytes(source)).isEqualTo(before);
    }

    @Test
    void report_thatCannotBeWrittenAtTheEnd_costsNotTheAnswer() throws Exception {
        Path nameTooLong = folder.resolve("x".repeat(300) + ".html");

        assertThat(search("--report", nameTooLong)).isZero();

        assertThat(out.toString(UTF_8)).isEqualTo("src/Backoff.java:2:    long delay;\n");
        assertThat(told()).contains("cadre: the report could not be written: ");
    }

    @Test
    void report_inPlaceOfTheJournalOfItsSearch_orOfItsLock_isRefusedBeforeAnythingRuns() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("link"), journal);
        for (Path taken : List.of(journal, link, FileJournal.lockOf(journal))) {
            assertThat(search("--journal", journal, "--report", taken)).isEqualTo(2);

            assertThat(told()).isEqualTo("cadre: --report: \"" + taken + "\" is the journal, or the lock beside it\n");
            assertThat(journal).doesNotExist();
        }
    }

    @Test
    void report_inPlaceOfItsJournal_isRefused() throws Exception {
        search("--journal", journal);
        byte[] before = Files.readAllBytes(journal);

        for (Path taken : List.of(journal, FileJournal.lockOf(journal))) {
            assertThat(run("report", journal, "--output", taken)).isEqualTo(2);

            assertThat(told()).isEqualTo("cadre: --output: \"" + taken + "\" is the journal, or the lock beside it\n");
        }
        assertThat(Files.readAllBytes(journal)).isEqualTo(before);
    }

    @Test
    void report_ofWhatIsNoJournal_isRefused() throws Exception {
        Files.writeString(journal, "a shopping list\n");

        assertThat(run("report", journal, "--output", page)).isEqualTo(2);

        assertThat(told()).contains("is damaged at line 1: this is not the header of a journal");
        assertThat(page).doesNotExist();
        assertThat(run("report", folder.resolve("none"), "--output", page)).isEqualTo(2);
        assertThat(told()).isEqualTo("cadre: JOURNAL: \"" + folder.resolve("none") + "\" is no file\n");
    }

    @Test
    void report_withoutOutput_isAUsageError() {
        assertThat(run("report", journal)).isEqualTo(2);
        assertThat(told()).contains("--output");
    }

    @Test
    void searchWithReport_needsNoJournal() throws Exception {
        assertThat(search("--report", page)).isZero();

        assertThat(out.toString(UTF_8)).isEqualTo("src/Backoff.java:2:    long delay;\n");
        assertThat(Files.readString(page))
                .contains("<h1>where is the delay</h1>")
                .contains("Most likely: src/Backoff.java:2 (Backoff).");
        assertThat(journal).doesNotExist();
    }

    @Test
    void searchWithReportAndJournal_keepsTheJournal() throws Exception {
        assertThat(search("--report", page, "--journal", journal)).isZero();

        assertThat(Files.readString(page)).contains("where is the delay");
        assertThat(journal).isNotEmptyFile();
    }

    @Test
    void searchWithReport_ofAPlanOnly_isRefused() {
        assertThat(search("--report", page, "--plan-only")).isEqualTo(2);
        assertThat(told()).isEqualTo("cadre: --report shows a run, and --plan-only runs nothing\n");
    }
}
