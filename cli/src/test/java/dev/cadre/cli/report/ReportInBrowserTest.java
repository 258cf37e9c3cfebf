// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cadre.cli.report.RunHistory.End;
import dev.cadre.cli.report.RunHistory.Role;
import dev.cadre.cli.report.RunHistory.SubtaskHistory;
import dev.cadre.examples.browser.Chromium;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a real browser makes of a page: its script runs under the policy, and nothing else does. */
class ReportInBrowserTest {
    private static final String POLICY = "<meta http-equiv=\"Content-Security-Policy\"[^>]*>";
    private static final Pattern SHOWN_ROW = Pattern.compile("<tr id=\"r1-s\\d+\"(?![^>]*hidden)[^>]*>");

    @TempDir
    Path folder;

    @BeforeEach
    void needsABrowser() {
        assumeTrue(Chromium.isInstalled(), "there is no Chromium on the path");
    }

    private static SubtaskHistory ended(String label, String status, String text, RunHistory.Call... calls) {
        return new SubtaskHistory(
                Role.SUBTASK,
                label,
                "note",
                "",
                List.of(),
                List.of(),
                Histories.at(0),
                List.of(calls),
                new End(Histories.at(90), status, text, 1, null));
    }

    private static String page() {
        RunHistory run = Histories.run(
                List.of(Histories.session(0, 100)),
                ended("cats", "succeeded", "\"All about   cats\"", Histories.call(10, 90)),
                ended("dogs", "failed", "</pre><script>document.title = 'owned'</script>"),
                ended("birds", "failed", "</script><img src=x onerror=\"document.title = 'owned'\">"),
                ended("About <script>document.title = 'owned'</script>", "skipped", "no money"));
        var page = new Page();
        var view = new RunView(run, new RunView.Place("r1", 1, 100, "run.journal"));
        PageHead.write(
                page, "A run", () -> {}, new RunSection(page, view, List.of(), new NestedRuns(List.of()))::write);
        return page.finish();
    }

    /** The page after its scripts have run. */
    private String shown(String html) throws Exception {
        Path file = Files.writeString(folder.resolve("page.html"), html);
        Path dump = folder.resolve("dump.html");
        var command = new ArrayList<>(List.of("chromium", "--headless", "--disable-gpu", "--no-sandbox"));
        command.addAll(List.of(
                "--user-data-dir=" + folder.resolve("profile"),
                "--dump-dom",
                file.toUri().toString()));
        var builder = new ProcessBuilder(command)
                .redirectOutput(dump.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("HOME", folder.toString());
        Process browser = builder.start();
        try {
            assertThat(browser.waitFor(90, TimeUnit.SECONDS)).isTrue();
        } finally {
            browser.descendants().forEach(ProcessHandle::destroyForcibly);
            browser.destroyForcibly().waitFor();
        }
        return Files.readString(dump, UTF_8);
    }

    /** As if somebody had used the form, in a page whose policy admits the test. */
    private String filtered(String name, String value) throws Exception {
        String use = "<script>var form = document.querySelector('form'); form.elements." + name + ".value = '" + value
                + "'; form.dispatchEvent(new Event('input'));</script>";
        return shown(page().replaceFirst(POLICY, "").replace("</body>", use + "</body>"));
    }

    private static long rows(String html) {
        return SHOWN_ROW.matcher(html).results().count();
    }

    @Test
    void script_runsUnderThePolicy_andNothingOfTheJournalDoes() throws Exception {
        String html = shown(page());

        assertThat(html)
                .contains("4 of 4 shown</output>", "<title>A run</title>")
                .doesNotContain("<form class=\"filter\" hidden");
        assertThat(rows(html)).isEqualTo(4);
    }

    @Test
    void script_thatThePolicyDoesNotName_doesNotRun() throws Exception {
        String html = shown(page().replace("</body>", "<script>document.title = 'owned'</script></body>"));

        assertThat(html).contains("<title>A run</title>");
    }

    @Test
    void filter_byStatusTextAndTier_hidesTheOthers() throws Exception {
        assertThat(filtered("status", "failed")).contains("2 of 4 shown").matches(html -> rows(html) == 2);
        assertThat(filtered("text", " ABOUT CATS")).contains("1 of 4 shown").matches(html -> rows(html) == 1);
        assertThat(filtered("tier", "code")).contains("3 of 4 shown").matches(html -> rows(html) == 3);
    }
}
