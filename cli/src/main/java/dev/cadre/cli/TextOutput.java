// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.price.Money;
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

    void print(SearchDocument document, SearchOptions options) {
        if (document.estimate() != null) {
            printPlan(document, document.estimate());
            return;
        }
        document.answer().forEach(sentence -> out.println(visible(sentence.text())));
        if (document.answer().isEmpty()) {
            out.println("Nothing found.");
        }
        document.results().forEach(result -> print(result, options));
        document.notes().forEach(note -> out.println(visible("note: " + note)));
        out.println();
        out.println("confidence " + document.confidence() + ", " + document.mode() + ", $"
                + document.cost().usd() + " of a budget of $"
                + Money.ofPico(document.cost().budgetPicoUsd()).toUsd() + ", " + document.filesRead() + " files read"
                + skipped(document));
    }

    private void printPlan(SearchDocument document, SearchDocument.Estimate estimate) {
        document.plan()
                .forEach(row -> out.println(visible("%-12s %-14s %-10s %s"
                        .formatted(row.id(), row.type(), row.tier(), row.reason())
                        .stripTrailing())));
        out.println();
        out.println(
                "this search: expected $%s, at least $%s, at most $%s%s; of that $%s for planning, and merging at most $%s"
                        .formatted(
                                estimate.expectedUsd(),
                                estimate.lowUsd(),
                                estimate.worstUsd(),
                                estimate.worstIsBudget() ? " (the budget)" : "",
                                estimate.planningUsd(),
                                estimate.mergingUsd()));
    }

    private void print(SearchDocument.Result result, SearchOptions options) {
        String place = result.path() + ":" + result.startLine() + "-" + result.endLine();
        out.println();
        out.println(bold(visible(place)) + (result.symbol().isEmpty() ? "" : "  " + visible(result.symbol())));
        if (options.explain() == SearchOptions.Explain.YES) {
            out.println("  score %.4f, found by %s".formatted(result.score(), String.join(", ", result.foundBy())));
        }
        List<String> lines = result.snippet().lines().limit(SHOWN_LINES).toList();
        for (int i = 0; i < lines.size(); i++) {
            out.println("%6d  %s".formatted(result.startLine() + i, shortened(lines.get(i))));
        }
    }

    private static String skipped(SearchDocument document) {
        String counts = document.skipped().entrySet().stream()
                .map(entry -> entry.getValue() + " " + entry.getKey())
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

    /** Text of a repository must not steer the terminal: what does more or less than show becomes a question mark. */
    static String visible(String text) {
        var shown = new StringBuilder(text.length());
        text.codePoints().forEach(c -> shown.appendCodePoint(isHarmless(c) ? c : '?'));
        return shown.toString();
    }

    /** Whether a terminal only shows this character. */
    static boolean isHarmless(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL -> c == '\t';
            case Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.UNASSIGNED,
                    Character.PRIVATE_USE -> false;
            default -> !isHidden(c);
        };
    }

    /** Letters and marks that Unicode has for the work of fonts, and that none shows. */
    private static boolean isHidden(int c) {
        return switch (c) {
            case 0x034f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x3164, 0xffa0 -> true;
            default -> (c >= 0x180b && c <= 0x180f) || (c >= 0xfe00 && c <= 0xfe0f) || (c >= 0xe0100 && c <= 0xe01ef);
        };
    }
}
