// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.report;

import dev.cadre.cli.report.RunHistory.End;
import dev.cadre.cli.report.RunHistory.SubtaskHistory;
import dev.cadre.model.TokenUsage;
import dev.cadre.price.Spend;
import java.util.IdentityHashMap;
import java.util.List;

/** Each subtask and item with what it took and how it ended, failures first, and a form that filters them. */
final class SubtaskTable {
    /** More rows are laid out only where they are seen, and say less each. */
    private static final int FEW_ROWS = 500;

    private static final int MOST_TEXT = 2_000;
    private static final int MOST_TEXT_OF_MANY = 600;
    private static final int MOST_REASON = 120;
    /** What a fan-out has in the place of a status: it is shown whatever its items are filtered by, or not at all. */
    private static final String WHOLE = "whole";

    private final Page page;
    private final RunView view;
    private final IdentityHashMap<SubtaskHistory, Span> spans = new IdentityHashMap<>();
    private final int mostText;

    private SubtaskTable(Page page, RunView view) {
        this.page = page;
        this.view = view;
        view.spans().forEach(span -> spans.put(span.subtask(), span));
        mostText = view.rows().size() > FEW_ROWS ? MOST_TEXT_OF_MANY : MOST_TEXT;
    }

    static void write(Page page, RunView view) {
        var table = new SubtaskTable(page, view);
        List<SubtaskHistory> rows = view.rows();
        if (rows.size() > 1) {
            table.filter(rows);
        }
        Table.of(
                        page,
                        view.isBulk() ? "Items, failures first" : "Subtasks and items, failures first",
                        "subtask",
                        "type",
                        "tier",
                        "end")
                .figures("time", "calls", "tokens in", "cached", "tokens out", "cost")
                .write(
                        rows.size() > FEW_ROWS ? "subtasks many" : "subtasks",
                        view.id("table"),
                        () -> rows.forEach(table::row));
        int all = view.run().subtasks().size();
        if (all > rows.size()) {
            page.element("p", "%s of %s are listed.".formatted(RunView.count(rows.size()), RunView.count(all)));
        }
    }

    /** Hidden until the script of the page can answer. */
    private void filter(List<SubtaskHistory> rows) {
        page.element(
                "form",
                () -> {
                    page.element("label", () -> {
                        page.text("Text").leaf("input", "type", "search", "name", "text", "autocomplete", "off");
                    });
                    choice("Status", "status", rows.stream().map(this::status).toList());
                    choice("Tier", "tier", rows.stream().map(SubtaskTable::tier).toList());
                    page.element("button", "Show all", "type", "reset");
                    page.element("output", "", "aria-live", "polite");
                },
                "class",
                "filter",
                "hidden",
                "hidden",
                "role",
                "search",
                "aria-label",
                "Filter of run " + view.run().id(),
                "data-of",
                view.id("table"));
    }

    private void choice(String label, String name, List<String> values) {
        page.element("label", () -> {
            page.text(label);
            page.element(
                    "select",
                    () -> {
                        page.element("option", "any", "value", "");
                        values.stream()
                                .distinct()
                                .filter(value -> !value.equals(WHOLE))
                                .sorted()
                                .forEach(value -> page.element("option", value, "value", value));
                    },
                    "name",
                    name);
        });
    }

    private String status(SubtaskHistory subtask) {
        return view.isWhole(subtask) ? WHOLE : RunView.status(subtask);
    }

    private static String tier(SubtaskHistory subtask) {
        return Chart.style(subtask.tier());
    }

    private void row(SubtaskHistory subtask) {
        Span span = spans.get(subtask);
        Spend spend = view.spend(subtask);
        TokenUsage tokens = spend.tokens();
        page.element(
                "tr",
                () -> {
                    Table.name(page, () -> page.text(subtask.label()));
                    page.element("td", subtask.type());
                    page.element("td", subtask.tier() == null ? "" : tier(subtask));
                    Table.longText(page, () -> end(subtask));
                    Table.number(page, span == null ? "" : Chart.time(span.work(view.time())));
                    Table.number(page, RunView.count(spend.attempts()));
                    Table.number(page, RunView.count(tokens.inputTokens()));
                    Table.number(page, RunView.count(tokens.cachedInputTokens()));
                    Table.number(page, RunView.count(tokens.outputTokens()));
                    Table.number(page, spend.total().toString());
                },
                "id",
                view.rowId(subtask),
                "class",
                status(subtask),
                "data-status",
                status(subtask),
                "data-tier",
                tier(subtask));
    }

    private void end(SubtaskHistory subtask) {
        End end = subtask.end();
        if (end == null) {
            page.text(view.isWhole(subtask) ? "see its items" : "unfinished: no end is on record");
            return;
        }
        page.element("details", () -> {
            page.element("summary", () -> {
                page.element("span", status(end), "class", "end");
                if (!end.isSucceeded()) {
                    page.text(": " + Page.cut(end.reason(), MOST_REASON));
                }
            });
            page.element("pre", Page.cut(end.text(), mostText));
        });
    }

    private String status(End end) {
        String status = view.run().isReused(end)
                ? "%s in session %d, reused".formatted(end.status(), end.session())
                : end.status();
        return end.cached() == null ? status : status + ", " + end.cached();
    }
}
