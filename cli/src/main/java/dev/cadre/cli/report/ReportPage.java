// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The page of a journal: everything in one file that loads nothing, whole without its script, which only filters. What it
 * shows of a journal is text, whatever it says.
 */
public final class ReportPage {
    /** How every page begins, by which it is known again. */
    public static final String BEGINNING = "<!DOCTYPE html>\n<!-- a page of cadre -->";

    private static final int MOST_RUNS = 50;
    /** Of all runs together, but {@value #FEWEST_ROWS} of each at least. */
    private static final int MOST_ROWS = 5_000;

    private static final int FEWEST_ROWS = 100;

    private ReportPage() {}

    /**
     * The page of a journal's runs, the latest of them if there are many. Reads the file, also while it is open
     * elsewhere; costs no money.
     *
     * @throws dev.cadre.journal.JournalException if it is damaged, or no journal
     * @throws java.io.UncheckedIOException if it cannot be read
     */
    public static String of(Path journal) {
        return of(journal, List.of());
    }

    /**
     * The page of a journal whose latest run has an answer that the journal does not hold, because plain code made it.
     *
     * @param answer its paragraphs; if there are none, the answer is the one that the journal holds
     */
    public static String of(Path journal, List<String> answer) {
        var nested = new NestedRuns(HistoryReader.read(journal));
        List<RunHistory> all = nested.outermost();
        List<RunHistory> shown = all.subList(Math.max(0, all.size() - MOST_RUNS), all.size());
        var page = new Page();
        int rows = Math.max(FEWEST_ROWS, MOST_ROWS / Math.max(1, shown.size()));
        String name = Objects.toString(journal.getFileName(), "");
        List<RunSection> sections = new ArrayList<>();
        for (int i = 0; i < shown.size(); i++) {
            var place = new RunView.Place("r" + (i + 1), all.size() == 1 ? 1 : 2, rows, name);
            List<String> told = i == shown.size() - 1 ? answer : List.of();
            sections.add(new RunSection(page, new RunView(shown.get(i), place), told, nested));
        }
        if (all.size() == 1) {
            one(page, sections.getFirst());
        } else {
            many(page, sections, all.size());
        }
        return page.finish();
    }

    private static void one(Page page, RunSection run) {
        PageHead.write(page, run.title(), () -> navigation(page, "Parts", run::links), () -> {
            page.element("h1", run.title());
            run.write();
        });
    }

    private static void many(Page page, List<RunSection> runs, int all) {
        String title = runs.isEmpty()
                ? "No run"
                : runs.size() == all ? all + " runs" : "The latest %d of %d runs".formatted(runs.size(), all);
        Page.Content links = () -> navigation(page, "Runs", () -> {
            for (int i = 0; i < runs.size(); i++) {
                String id = "r" + (i + 1);
                String name = runs.get(i).title();
                page.element("li", () -> page.element("a", name, "href", "#" + id));
            }
        });
        PageHead.write(page, title, runs.isEmpty() ? () -> {} : links, () -> {
            page.element("h1", title);
            if (runs.isEmpty()) {
                page.element("p", "The journal holds no run.");
            }
            for (int i = 0; i < runs.size(); i++) {
                RunSection run = runs.get(i);
                page.element("h2", run.title(), "id", "r" + (i + 1));
                run.write();
            }
        });
    }

    private static void navigation(Page page, String name, Page.Content links) {
        page.element("nav", () -> page.element("ul", links), "aria-label", name);
    }
}
