// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.cli.text.Characters;
import dev.cadre.cli.text.Columns;
import dev.cadre.price.Money;
import java.io.PrintStream;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Prints a search: for people the answer, three places with the lines that say why, the others in a line each, and what it
 * rests on; for programs a line each as grep prints it.
 */
final class TextOutput {
    private static final int SHOWN_PLACES = 3;
    private static final int GUTTER = 10;
    private static final String GAP = "  ";
    private static final String INDENT = "  ";

    private final PrintStream out;
    private final PrintStream err;
    private final Look look;

    /** Whether places are printed in bold. */
    enum Colour {
        ON,
        OFF
    }

    /**
     * How the text looks.
     *
     * @param columns most characters of a line of code, its number included
     * @param context lines that are shown around the one that says why
     */
    record Look(Form form, Colour colour, int columns, int context) {}

    /** Who reads. */
    enum Form {
        PEOPLE,
        LINES
    }

    TextOutput(PrintStream out, PrintStream err, Look look) {
        this.out = out;
        this.err = err;
        this.look = look;
    }

    void print(SearchDocument document, SearchOptions options) {
        if (document.estimate() != null) {
            printPlan(document, document.estimate());
        } else if (look.form == Form.LINES) {
            printLines(document, options);
        } else {
            printForPeople(document, options);
        }
    }

    private void printForPeople(SearchDocument document, SearchOptions options) {
        List<SearchDocument.Result> results = citedFirst(document);
        Map<Integer, Integer> numbers = new HashMap<>();
        results.forEach(result -> numbers.put(result.id(), numbers.size() + 1));
        document.answer().forEach(sentence -> printWrapped(visible(sentence.text()) + numbers(sentence, numbers)));
        if (document.answer().isEmpty()) {
            out.println("Nothing found.");
        }
        var reasons = new PlaceReasons(document);
        for (int i = 0; i < results.size(); i++) {
            SearchDocument.Result result = results.get(i);
            if (i <= SHOWN_PLACES) {
                out.println();
            }
            out.println(heading(i + 1, result, i < SHOWN_PLACES));
            if (i < SHOWN_PLACES) {
                printWrapped("    " + visible(reasons.of(result)));
                printSnippet(result);
            }
            if (options.explain() == SearchOptions.Explain.YES) {
                out.println(
                        "    score %.4f, found by %s".formatted(result.score(), String.join(", ", result.foundBy())));
            }
        }
        out.println();
        document.notes().forEach(note -> printWrapped(visible("note: " + note)));
        printWrapped(summary(document));
    }

    private void printWrapped(String text) {
        Columns.wrapped(text, look.columns, INDENT).forEach(out::println);
    }

    /** The places alone go to standard output, so that another program reads nothing else. */
    private void printLines(SearchDocument document, SearchOptions options) {
        for (SearchDocument.Result each : citedFirst(document)) {
            out.println(visible("%s:%d:%s".formatted(each.path(), each.line(), line(each, each.line()))));
        }
        if (options.progress() != Progress.JSONL) {
            printWords(document, err);
        }
    }

    private static void printWords(SearchDocument document, PrintStream to) {
        document.answer().forEach(sentence -> to.println(visible(sentence.text())));
        if (document.answer().isEmpty()) {
            to.println("Nothing found.");
        }
        document.notes().forEach(note -> to.println(visible("note: " + note)));
        to.println(summary(document));
    }

    private static String summary(SearchDocument document) {
        return "confidence " + document.confidence() + ", " + document.mode() + ", $"
                + document.cost().usd() + " of a budget of $"
                + Money.ofPico(document.cost().budgetPicoUsd()).toUsd() + ", " + document.filesRead() + " files read"
                + skipped(document);
    }

    /** @param numbers of the places as they are printed, by their ids */
    private static String numbers(SearchDocument.Answer sentence, Map<Integer, Integer> numbers) {
        return sentence.citations().stream()
                .map(numbers::get)
                .sorted()
                .map(number -> " [" + number + "]")
                .collect(Collectors.joining());
    }

    /** The places on which the answer rests stand before the others. */
    private static List<SearchDocument.Result> citedFirst(SearchDocument document) {
        Set<Integer> cited = document.answer().stream()
                .flatMap(sentence -> sentence.citations().stream())
                .collect(Collectors.toSet());
        return document.results().stream()
                .sorted(Comparator.comparing(result -> !cited.contains(result.id())))
                .toList();
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

    /** The place, and what is there: its name, or else its line, unless that is shown below. */
    private String heading(int shown, SearchDocument.Result result, boolean isShownBelow) {
        String number = "[" + shown + "] ";
        String place = visible(result.path() + ":" + result.line());
        String name = result.symbol().isEmpty() && !isShownBelow
                ? line(result, result.line()).strip()
                : result.symbol();
        int left = Math.max(GUTTER, look.columns - Columns.of(number + place) - GAP.length());
        return number + bold(place) + (name.isEmpty() ? "" : GAP + Columns.cut(visible(name), left));
    }

    private void printSnippet(SearchDocument.Result result) {
        int first = Math.max(result.startLine(), result.line() - look.context);
        int last = Math.min(result.endLine(), result.line() + look.context);
        for (int number = first; number <= last; number++) {
            String text =
                    "%s%6d  %s".formatted(number == result.line() ? ">" : " ", number, shortened(line(result, number)));
            out.println(number == result.line() ? bold(text) : text);
        }
    }

    private static String line(SearchDocument.Result result, int number) {
        return result.snippet()
                .lines()
                .skip(number - (long) result.startLine())
                .findFirst()
                .orElse("");
    }

    private static String skipped(SearchDocument document) {
        String counts = document.skipped().entrySet().stream()
                .map(entry -> entry.getValue() + " " + entry.getKey())
                .collect(Collectors.joining(", "));
        return counts.isEmpty() ? "" : ", skipped: " + counts;
    }

    private String bold(String text) {
        return look.colour == Colour.ON ? "\u001b[1m" + text + "\u001b[0m" : text;
    }

    private String shortened(String line) {
        String shown = visible(line);
        int most = Math.max(GUTTER, look.columns - GUTTER);
        return shown.codePointCount(0, shown.length()) <= most
                ? shown
                : shown.substring(0, shown.offsetByCodePoints(0, most - 1)) + "…";
    }

    /** Text of a repository must not steer the terminal: what does more or less than show becomes a question mark. */
    static String visible(String text) {
        var shown = new StringBuilder(text.length());
        text.codePoints().forEach(c -> shown.appendCodePoint(isHarmless(c) ? c : '?'));
        return shown.toString();
    }

    /** The same of text that may have line ends. */
    static String visibleLines(String text) {
        return text.lines().map(TextOutput::visible).collect(Collectors.joining("\n"));
    }

    /** Whether a terminal only shows this character. */
    static boolean isHarmless(int c) {
        return c == '\t' || Characters.isVisible(c);
    }
}
