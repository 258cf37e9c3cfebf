// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.report;

import java.nio.file.Path;
import java.util.List;

/**
 * The page: everything in one file, without scripts, that loads nothing. What it shows of a journal is text, whatever it
 * says.
 */
public final class ReportPage {
    /** How every page begins, by which it is known again. */
    public static final String BEGINNING = "<!DOCTYPE html>\n<!-- a page of cadre -->";

    private static final int MOST_RUNS = 50;

    private static final String STYLE = """

            :root { color-scheme: light dark; --ink: #1c2330; --soft: #68707d; --line: #d8dce3; --paper: #ffffff;
              --flagship: #7a5195; --mini: #e08214; --nano: #2a8f7b; --code: #7f8a99; --bad: #c62f3c; }
            @media (prefers-color-scheme: dark) { :root { --ink: #e6e9ee; --soft: #9aa3b2; --line: #3a4250;
              --paper: #14181f; --flagship: #b58bd0; --mini: #f0a34a; --nano: #4fc0a8; --bad: #f0707c; } }
            body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
              max-width: 1080px; margin: 2em auto; padding: 0 1.2em; }
            h1 { font-size: 1.3em; } h2 { font-size: 1.2em; margin: 2em 0 .4em; overflow-wrap: anywhere; }
            h3 { font-size: 1em; margin: 1.8em 0 .5em; }
            svg { width: 100%; height: auto; display: block; }
            table { border-collapse: collapse; width: 100%; font-size: .9em; }
            th, td { text-align: left; vertical-align: top; padding: .25em .6em .25em 0;
              border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
            th { color: var(--soft); font-weight: 600; } .n { text-align: right; white-space: nowrap; }
            dl { display: grid; grid-template-columns: max-content 1fr; gap: .15em 1.2em; margin: .6em 0; }
            dt { color: var(--soft); } dd { margin: 0; }
            details { color: var(--soft); } pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: .3em 0; }
            text { font: 12px system-ui, sans-serif; fill: var(--ink); }
            .tick { fill: var(--soft); font-size: 11px; } .last { text-anchor: end; }
            .critical { font-weight: 700; } .mark { fill: var(--bad); font-weight: 700; }
            .grid { stroke: var(--line); stroke-width: 1; }
            .resumed { stroke: var(--bad); stroke-width: 1; stroke-dasharray: 4 4; }
            .flagship { fill: var(--flagship); } .mini { fill: var(--mini); } .nano { fill: var(--nano); }
            .code { fill: var(--code); } .waiting { opacity: .35; }
            .lost { fill: none; stroke: var(--bad); stroke-width: 1.5; }
            .box { fill-opacity: .22; stroke: var(--soft); stroke-width: 1; }
            .failed { stroke: var(--bad); stroke-width: 2; } .skipped { stroke-dasharray: 4 3; }
            .edge { fill: none; stroke: var(--soft); stroke-width: 1; }
            .spent { fill: var(--nano); fill-opacity: .75; } .reserved { fill: var(--mini); fill-opacity: .35; }
            .key { display: inline-block; width: .8em; height: .8em; margin: 0 .35em 0 1em; }
            .key.flagship { background: var(--flagship); } .key.mini { background: var(--mini); }
            .key.nano { background: var(--nano); } .key.code { background: var(--code); }
            .key.spent { background: var(--nano); } .key.reserved { background: var(--mini); opacity: .5; }
            .key.lost { border: 1.5px solid var(--bad); }
            """;

    private ReportPage() {}

    /**
     * The page of a journal's runs, the latest of them if there are many. Reads the file, also while it is open
     * elsewhere; costs no money.
     *
     * @throws dev.cadre.journal.JournalException if it is damaged, or no journal
     * @throws java.io.UncheckedIOException if it cannot be read
     */
    public static String of(Path journal) {
        List<RunHistory> all = HistoryReader.read(journal);
        List<RunHistory> shown = all.subList(Math.max(0, all.size() - MOST_RUNS), all.size());
        var page = new Page();
        page.element(
                "html",
                () -> {
                    head(page, shown.size() == 1 ? shown.getFirst().subject() : shown.size() + " runs");
                    page.element("body", () -> body(page, all.size(), shown));
                },
                "lang",
                "en");
        return page.finish();
    }

    static void head(Page page, String title) {
        page.element("head", () -> {
            page.leaf("meta", "charset", "utf-8");
            page.leaf(
                    "meta",
                    "http-equiv",
                    "Content-Security-Policy",
                    "content",
                    "default-src 'none'; style-src 'unsafe-inline'");
            page.leaf("meta", "name", "viewport", "content", "width=device-width");
            page.element("title", title);
            page.element("style", STYLE);
        });
    }

    private static void body(Page page, int all, List<RunHistory> shown) {
        if (shown.isEmpty()) {
            page.element("p", "The journal holds no run.");
        } else if (all > 1) {
            page.element(
                    "h1",
                    shown.size() == all ? all + " runs" : "The latest %d of %d runs".formatted(shown.size(), all));
        }
        shown.forEach(run -> RunSection.write(page, run));
    }
}
