// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.report;

import dev.cadre.eval.CandidateResult;
import dev.cadre.eval.Confusion;
import dev.cadre.eval.EvalResult;
import dev.cadre.eval.PairedTest;
import dev.cadre.eval.Verdict;
import dev.cadre.json.Json;
import dev.cadre.price.Money;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** The page of an eval: everything in one file, that loads nothing. */
public final class EvalPage {
    private static final String[] COUNTED = {
        "passed",
        "95 % interval",
        "0 to 100 %",
        "wrong",
        "invalid",
        "refused",
        "missing",
        "an example",
        "a good answer",
        "time"
    };
    private static final int MOST_ROWS = 500;
    private static final int MOST_CHARACTERS = 400;
    private static final int BAR_WIDTH = 100;
    private static final int BAR_HEIGHT = 14;

    private final Page page = new Page();
    private final EvalResult result;

    private EvalPage(EvalResult result) {
        this.result = result;
    }

    /**
     * The page of a result.
     *
     * @param sentence what it says first
     * @param fields those that there may be a table of values of
     */
    public static String of(EvalResult result, String sentence, List<String> fields) {
        return new EvalPage(result).write(sentence, fields);
    }

    private String write(String sentence, List<String> fields) {
        PageHead.write(page, "Which tier is enough?", () -> {}, () -> {
            page.element("h1", sentence);
            candidates();
            comparisons();
            result.missing().forEach(line -> page.element("p", line));
            result.candidates().forEach(candidate -> candidate(candidate, fields));
            page.element("p", "%s of a budget of %s".formatted(result.spend().total(), result.limit()));
        });
        return page.finish();
    }

    private void candidates() {
        Table.of(page, "The candidates, by the same examples", "candidate", "model")
                .figures(COUNTED)
                .write(() -> result.candidates().forEach(one -> page.element("tr", () -> cells(one))));
    }

    private void cells(CandidateResult one) {
        page.element("th", one.candidate().toString(), "scope", "row", "class", "whole");
        page.element("td", String.join(", ", one.models()));
        page.element(
                "td", "%d of %d".formatted(one.passed().count(), one.passed().of()), "class", "n");
        page.element(
                "td",
                "%s (%s to %s)"
                        .formatted(
                                percent(one.passed().rate()),
                                percent(one.passed().lower()),
                                percent(one.passed().upper())),
                "class",
                "n");
        page.element("td", () -> bar(one));
        for (Verdict.Kind kind :
                List.of(Verdict.Kind.WRONG, Verdict.Kind.INVALID, Verdict.Kind.REFUSED, Verdict.Kind.MISSING)) {
            page.element("td", Long.toString(one.count(kind)), "class", "n");
        }
        page.element("td", money(one.perExample()), "class", "n");
        page.element("td", money(one.perPassed()), "class", "n");
        page.element("td", one.session() == 0 ? "" : one.elapsed().toSeconds() + " s", "class", "n");
    }

    /** From 0 to 100 %: the interval as a box, the rate as a line. */
    private void bar(CandidateResult one) {
        double from = one.passed().lower() * BAR_WIDTH;
        double to = one.passed().upper() * BAR_WIDTH;
        double at = one.passed().rate() * BAR_WIDTH;
        String tier = one.candidate().top().name().toLowerCase(Locale.ROOT);
        page.element(
                "svg",
                () -> {
                    page.leaf("line", "x1", "0", "x2", "" + BAR_WIDTH, "y1", "7", "y2", "7", "class", "grid");
                    page.leaf(
                            "rect",
                            "x",
                            number(from),
                            "width",
                            number(Math.max(1, to - from)),
                            "y",
                            "2",
                            "height",
                            "10",
                            "class",
                            tier + " waiting");
                    page.leaf(
                            "rect",
                            "x",
                            number(Math.max(0, at - 1)),
                            "width",
                            "2",
                            "y",
                            "0",
                            "height",
                            "14",
                            "class",
                            tier);
                },
                "viewBox",
                "0 0 %d %d".formatted(BAR_WIDTH, BAR_HEIGHT),
                "class",
                "rate",
                "aria-hidden",
                "true");
    }

    private void comparisons() {
        List<PairedTest> tests = result.comparisons();
        if (!tests.isEmpty()) {
            page.element("h2", "On the same examples");
            page.element("ul", () -> tests.forEach(test -> page.element("li", test.toString())));
        }
    }

    private void candidate(CandidateResult one, List<String> fields) {
        List<Verdict> all = one.disagreements();
        if (all.isEmpty()) {
            return;
        }
        page.element("h2", "%s: %d did not pass".formatted(one.candidate(), all.size()));
        fields.forEach(field -> one.confusion(field).ifPresent(this::confusion));
        page.element("h3", "Each of them");
        Table.of(
                        page,
                        "Examples that " + one.candidate() + " did not pass",
                        "example",
                        "input",
                        "expected",
                        "answer",
                        "why")
                .write(() -> all.stream()
                        .limit(MOST_ROWS)
                        .forEach(verdict -> page.element("tr", () -> {
                            Table.name(page, () -> page.text(verdict.example()));
                            page.element("td", shown(verdict.input()));
                            page.element("td", shown(verdict.expected()));
                            page.element("td", verdict.answer() == Json.Null.NULL ? "" : shown(verdict.answer()));
                            page.element("td", Page.cut(verdict.why(), MOST_CHARACTERS));
                        })));
        if (all.size() > MOST_ROWS) {
            page.element("p", "and %d more".formatted(all.size() - MOST_ROWS));
        }
    }

    private void confusion(Confusion table) {
        page.element("h3", table.field());
        String[] columns = Stream.concat(
                        table.values().stream().map(value -> Page.cut(value, MOST_CHARACTERS)), Stream.of("no answer"))
                .toArray(String[]::new);
        Table.of(page, table.field() + ": rows are what was expected, columns what was answered", "expected")
                .figures(columns)
                .write(() -> {
                    for (int i = 0; i < table.values().size(); i++) {
                        int row = i;
                        page.element("tr", () -> confused(table, row));
                    }
                });
    }

    private void confused(Confusion table, int row) {
        Table.name(page, () -> page.text(Page.cut(table.values().get(row), MOST_CHARACTERS)));
        table.counts().get(row).forEach(count -> Table.number(page, count == 0 ? "" : "" + count));
        long none = table.unanswered().get(row);
        Table.number(page, none == 0 ? "" : "" + none);
    }

    private static String shown(Json value) {
        return Page.cut(value.write(), MOST_CHARACTERS);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", share < 1 ? Math.min(99.9, share * 100) : 100);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    private static String money(Optional<Money> amount) {
        return amount.map(Money::toString).orElse("");
    }
}
