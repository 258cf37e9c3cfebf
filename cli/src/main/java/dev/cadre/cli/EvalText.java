// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.eval.CandidateResult;
import dev.cadre.eval.Confusion;
import dev.cadre.eval.EvalResult;
import dev.cadre.eval.Verdict;
import dev.cadre.price.Money;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Prints an eval for people: the sentence that counts, a table that fits the width, and what did not pass. */
final class EvalText {
    private static final int USUAL_WIDTH = 80;
    private static final int LEAST_WIDTH = 40;
    private static final int MOST_WIDTH = 500;
    private static final int MOST_DISAGREEMENTS = 10;
    private static final MathContext SHOWN_DIGITS = new MathContext(4, RoundingMode.UP);

    private final PrintStream out;
    private final int width;

    EvalText(Terminal terminal, int width) {
        this.out = terminal.out();
        this.width = width;
    }

    /** That of the terminal, if its shell says so. */
    static int width(Map<String, String> environment) {
        String columns = environment.getOrDefault("COLUMNS", "");
        return columns.matches("[0-9]{1,4}")
                ? Math.clamp(Integer.parseInt(columns), LEAST_WIDTH, MOST_WIDTH)
                : USUAL_WIDTH;
    }

    void print(EvalOptions options, EvalResult result, EvalEnding ending) {
        wrapped(ending.sentence(), "");
        out.println();
        table(result.candidates());
        fields(options, result);
        section(result.comparisons().stream().map(Object::toString).toList());
        section(result.missing());
        for (CandidateResult candidate : result.candidates()) {
            disagreements(candidate, options.tableFields());
        }
        out.println();
        out.println("$%s of a budget of %s".formatted(result.spend().total().toUsd(), result.limit()));
    }

    private void section(List<String> lines) {
        if (!lines.isEmpty()) {
            out.println();
            lines.forEach(line -> wrapped(line, ""));
        }
    }

    private void table(List<CandidateResult> results) {
        var table = new TextTable(
                "", "passed", "rate", "95 % interval", "$ each", "$ passed", "invalid", "refused", "missing", "time");
        for (CandidateResult result : results) {
            table.row(
                    result.candidate().toString(),
                    "%d of %d".formatted(result.count(Verdict.Kind.PASSED), result.examples()),
                    percent(result.passed().rate()),
                    "%s to %s"
                            .formatted(
                                    percent(result.passed().lower()),
                                    percent(result.passed().upper())),
                    dollars(result.perExample()),
                    dollars(result.perPassed()),
                    Long.toString(result.count(Verdict.Kind.INVALID)),
                    Long.toString(result.count(Verdict.Kind.REFUSED)),
                    Long.toString(result.missing()),
                    result.session() == 0
                            ? ""
                            : "%.1f s".formatted(result.elapsed().toMillis() / 1000.0));
        }
        // the last to go are who it is, its rate and the interval
        table.lines(width, List.of(9, 5, 7, 6, 8, 4, 1)).forEach(line -> out.println(TextOutput.visible(line)));
    }

    private void fields(EvalOptions options, EvalResult result) {
        if (options.fields().size() < 2) {
            return;
        }
        var header = new ArrayList<>(List.of("field"));
        result.candidates()
                .forEach(candidate -> header.add(candidate.candidate().toString()));
        var table = new TextTable(header.toArray(String[]::new));
        for (String field : options.fields()) {
            var row = new ArrayList<>(List.of(field));
            result.candidates()
                    .forEach(
                            candidate -> row.add(percent(candidate.passed(field).rate())));
            table.row(row.toArray(String[]::new));
        }
        out.println();
        table.lines(width, List.of()).forEach(line -> out.println(TextOutput.visible(line)));
    }

    private void disagreements(CandidateResult candidate, List<String> fields) {
        List<Verdict> all = candidate.disagreements();
        if (all.isEmpty()) {
            return;
        }
        out.println();
        out.println(TextOutput.visible("%s: %d did not pass".formatted(candidate.candidate(), all.size())));
        all.stream().limit(MOST_DISAGREEMENTS).forEach(verdict -> wrapped(verdict.toString(), "  "));
        if (all.size() > MOST_DISAGREEMENTS) {
            out.println("  and %d more; --json lists them all".formatted(all.size() - MOST_DISAGREEMENTS));
        }
        fields.forEach(field -> candidate.confusion(field).ifPresent(this::confusion));
    }

    /** Columns have letters, so that a table of twenty values fits, too. */
    private void confusion(Confusion confusion) {
        int values = confusion.values().size();
        boolean hasNone = confusion.unanswered().stream().anyMatch(count -> count > 0);
        var header = new ArrayList<String>();
        header.add("");
        confusion.values().forEach(value -> header.add(letter(header.size() - 1)));
        if (hasNone) {
            header.add("none");
        }
        header.add(" " + confusion.field());
        var table = new TextTable(header.toArray(String[]::new));
        for (int row = 0; row < values; row++) {
            var cells = new ArrayList<String>();
            cells.add(letter(row));
            confusion.counts().get(row).forEach(count -> cells.add(count == 0 ? "." : count.toString()));
            if (hasNone) {
                cells.add(confusion.unanswered().get(row).toString());
            }
            cells.add(" " + confusion.values().get(row));
            table.row(cells.toArray(String[]::new));
        }
        out.println("  rows are what was expected, columns what was answered");
        table.lines(width - 2, List.of()).forEach(line -> out.println(TextOutput.visible("  " + line)));
    }

    private static String letter(int place) {
        return Character.toString('a' + place);
    }

    /** Lines after the first are indented further. */
    private void wrapped(String text, String indent) {
        String rest = TextOutput.visible(text);
        String before = indent;
        while (rest.length() > width - before.length()) {
            int cut = cut(rest, width - before.length());
            out.println(before + rest.substring(0, cut));
            rest = rest.substring(cut).strip();
            before = indent + "  ";
        }
        out.println(before + rest);
    }

    /** Between words, and not before a sign of percent. */
    private static int cut(String text, int room) {
        int end = text.lastIndexOf(' ', room);
        while (end > 0 && text.startsWith(" %", end)) {
            end = text.lastIndexOf(' ', end - 1);
        }
        return end <= 0 ? room : end;
    }

    /** No share but all is rounded to 100. */
    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", share < 1 ? Math.min(99.9, share * 100) : 100);
    }

    private static String dollars(Optional<Money> amount) {
        return amount.map(each -> {
                    BigDecimal shown =
                            new BigDecimal(each.toUsd()).round(SHOWN_DIGITS).stripTrailingZeros();
                    return shown.setScale(Math.max(2, shown.scale())).toPlainString();
                })
                .orElse("-");
    }
}
