// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.cli;

import dev.cadre.examples.search.CheckedCitation;
import dev.cadre.examples.search.Citation;
import dev.cadre.examples.search.SearchPlan;
import dev.cadre.examples.search.SearchReport;
import java.io.PrintStream;
import java.util.List;
import java.util.stream.Collectors;

/** Prints a search for people: the answer, then each place with its first lines, then what it rests on. */
final class TextOutput {
    private static final int SHOWN_LINES = 4;
    private static final int SHOWN_CHARACTERS = 160;

    private final PrintStream out;
    private final Colour colour;

    /** Whether places are printed in bold. */
    enum Colour {
        ON,
        OFF
    }

    TextOutput(PrintStream out, Colour colour) {
        this.out = out;
        this.colour = colour;
    }

    void print(SearchReport report, SearchOptions options) {
        report.answer().forEach(sentence -> out.println(visible(sentence.text())));
        if (report.answer().isEmpty()) {
            out.println("Nothing found.");
        }
        report.citations().forEach(checked -> print(checked, options));
        out.println();
        out.println("confidence " + report.confidence().label() + ", " + SearchDocument.OFFLINE + ", $0, "
                + report.filesRead() + " files read" + skipped(report));
    }

    void print(SearchPlan plan) {
        out.println("intent " + plan.intent().name().toLowerCase(java.util.Locale.ROOT));
        plan.subtasks()
                .forEach(subtask -> out.println(subtask.id() + " "
                        + subtask.work().type() + " " + visible(subtask.work().toString())));
    }

    private void print(CheckedCitation checked, SearchOptions options) {
        Citation citation = checked.citation();
        out.println();
        out.println(bold(visible(citation.place()))
                + (citation.symbol().isEmpty() ? "" : "  " + visible(citation.symbol())));
        if (options.explain() == SearchOptions.Explain.YES) {
            out.println("  score %.4f, found by %s".formatted(citation.score(), String.join(", ", citation.foundBy())));
        }
        List<String> lines = checked.snippet().lines().limit(SHOWN_LINES).toList();
        for (int i = 0; i < lines.size(); i++) {
            out.println("%6d  %s".formatted(citation.startLine() + i, shortened(lines.get(i))));
        }
    }

    private static String skipped(SearchReport report) {
        String counts = report.skipped().entrySet().stream()
                .map(entry -> entry.getValue() + " " + entry.getKey().label())
                .collect(Collectors.joining(", "));
        return counts.isEmpty() ? "" : ", skipped: " + counts;
    }

    private String bold(String text) {
        return colour == Colour.ON ? "\u001b[1m" + text + "\u001b[0m" : text;
    }

    private static String shortened(String line) {
        String shown = visible(line);
        return shown.length() <= SHOWN_CHARACTERS ? shown : shown.substring(0, SHOWN_CHARACTERS) + "...";
    }

    /** Text of a repository must not steer the terminal: control characters become question marks. */
    static String visible(String text) {
        var shown = new StringBuilder(text.length());
        text.codePoints().forEach(c -> shown.appendCodePoint(isHarmless(c) ? c : '?'));
        return shown.toString();
    }

    private static boolean isHarmless(int c) {
        return c == '\t' || !(Character.isISOControl(c) || Character.getType(c) == Character.FORMAT);
    }
}
