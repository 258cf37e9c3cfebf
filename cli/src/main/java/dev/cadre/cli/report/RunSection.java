// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.report;

import dev.cadre.cli.report.RunHistory.Call;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.Tier;
import dev.cadre.model.TokenUsage;
import dev.cadre.price.Spend;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/** What the page says of one run: the answer, then what went wrong, then what took long and cost most, then the rest. */
final class RunSection {
    private static final int MOST_TEXT = 2_000;
    private static final int MOST_TITLE = 400;
    private static final int MOST_STEPS = 100;

    private final Page page;
    private final RunView view;
    private final List<Part> parts = new ArrayList<>();

    /** A part with a heading. */
    private record Part(String id, String title, Page.Content content) {}

    /**
     * @param told the answer in paragraphs, if it is known elsewhere than in the journal
     * @param nested the runs that are nested in others
     */
    RunSection(Page page, RunView view, List<String> told, NestedRuns nested) {
        this.page = page;
        this.view = view;
        add(!view.isBulk(), "answer", "Answer", () -> RunAnswer.write(page, view, told));
        add(!FailureTable.isEmpty(view), "failures", "Failures", () -> FailureTable.write(page, view));
        add(true, "facts", "Summary", () -> RunFacts.write(page, view));
        add(!view.run().notes().isEmpty(), "notes", "Notes", this::notes);
        add(!Extremes.isEmpty(view), "extremes", "Slowest and dearest", () -> Extremes.write(page, view));
        add(!PlanTable.isEmpty(view), "plan", "Plan", this::plan);
        add(!view.spans().isEmpty(), "time", "Time", this::time);
        List<Call> calls = view.run().calls();
        add(!calls.isEmpty(), "money", "Money", () -> MoneyChart.draw(page, view.run(), view.time()));
        add(!ofModels().isEmpty(), "models", "Models", this::models);
        add(
                !view.rows().isEmpty(),
                "subtasks",
                view.isBulk() ? "Items" : "Subtasks",
                () -> SubtaskTable.write(page, view));
        add(nested.isAnyIn(view.run()), "nested", "Nested runs", () -> nested.write(page, view));
    }

    private void add(boolean isThere, String id, String title, Page.Content content) {
        if (isThere) {
            parts.add(new Part(id, title, content));
        }
    }

    String title() {
        return Page.cut(view.title(), MOST_TITLE);
    }

    /** Links to the parts. */
    void links() {
        parts.forEach(part ->
                page.element("li", () -> page.element("a", part.title(), "href", "#" + view.id(part.id()))));
    }

    void write() {
        for (Part part : parts) {
            view.heading(page, part.id(), part.title());
            part.content().write();
        }
    }

    private void notes() {
        view.run().notes().forEach(note -> page.element("p", Page.cut(note, MOST_TEXT)));
    }

    private void plan() {
        PlanTable.write(page, view);
        GraphChart.draw(page, view.run());
    }

    private void time() {
        page.element("p", () -> {
            for (Tier tier : Tier.values()) {
                Chart.key(page, Chart.style(tier), Chart.style(tier));
            }
            Chart.key(page, "code", "code");
            Chart.key(page, "lost", "no usable reply");
            page.text(". Thin: waiting, or tools. Bold: the critical path.");
        });
        List<Span> critical = view.critical();
        if (!critical.isEmpty()) {
            String more = critical.size() > MOST_STEPS ? " → …" : "";
            page.element(
                    "p",
                    critical.stream()
                            .limit(MOST_STEPS)
                            .map(span -> span.subtask().label() + " " + Chart.time(span.length()))
                            .collect(Collectors.joining(" → ", "Critical path: ", more)));
        }
        GanttChart.draw(page, view.spans(), view.time(), critical);
    }

    /** Without what code spent, as in runs of its own. */
    private List<Call> ofModels() {
        return view.run().calls().stream()
                .filter(call -> call.kind() != CallPurpose.Kind.CODE)
                .toList();
    }

    /** What was asked of each model. */
    private void models() {
        SequencedMap<String, List<Call>> byModel = new LinkedHashMap<>();
        for (Call call : ofModels()) {
            byModel.computeIfAbsent(call.model(), unknown -> new ArrayList<>()).add(call);
        }
        Table.of(page, "Calls of each model", "model", "tier")
                .figures("calls", "tokens in", "cached", "tokens out", "cost")
                .write(() -> byModel.forEach((model, calls) -> page.element("tr", () -> model(model, calls))));
    }

    private void model(String model, List<Call> calls) {
        Spend spend = calls.stream().map(Call::spend).reduce(Spend.NONE, Spend::plus);
        TokenUsage tokens = spend.tokens();
        Table.name(page, () -> page.text(model));
        page.element(
                "td",
                calls.stream().map(call -> Chart.style(call.tier())).distinct().collect(Collectors.joining(", ")));
        Table.number(page, RunView.count(spend.attempts()));
        Table.number(page, RunView.count(tokens.inputTokens()));
        Table.number(page, RunView.count(tokens.cachedInputTokens()));
        Table.number(page, RunView.count(tokens.outputTokens()));
        Table.number(page, spend.total().toString());
    }
}
