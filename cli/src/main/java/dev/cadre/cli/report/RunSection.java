// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.report;

import dev.cadre.cli.report.RunHistory.Call;
import dev.cadre.cli.report.RunHistory.End;
import dev.cadre.cli.report.RunHistory.SubtaskHistory;
import dev.cadre.model.Tier;
import dev.cadre.model.TokenUsage;
import dev.cadre.price.Spend;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/** What the page says of one run. */
final class RunSection {
    private static final int MOST_ROWS = 500;
    private static final int MOST_TEXT = 2_000;
    private static final int MOST_SUBJECT = 400;
    private static final int MOST_REASONS = 20;
    private static final DateTimeFormatter MOMENT = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final Page page;
    private final RunHistory run;
    private final Timeline time;
    private final List<Span> spans;
    private final List<Span> critical;
    private final Map<String, Spend> ofItems;

    private RunSection(Page page, RunHistory run) {
        this.page = page;
        this.run = run;
        time = new Timeline(run);
        spans = Span.of(run, time);
        critical = CriticalPath.of(spans);
        ofItems = run.spendOfItems();
    }

    static void write(Page page, RunHistory run) {
        var section = new RunSection(page, run);
        page.element("section", section::write);
    }

    private void write() {
        page.element("h2", Page.cut(run.subject(), MOST_SUBJECT));
        facts();
        page.element("h3", "Time");
        legend();
        GanttChart.draw(page, spans, time, critical);
        criticalPath();
        GraphChart.draw(page, run);
        MoneyChart.draw(page, run, time);
        models();
        reasons();
        notes();
        subtasks();
    }

    private void facts() {
        Spend spend = run.spend();
        TokenUsage tokens = spend.tokens();
        page.element("dl", () -> {
            fact("run", run.id());
            if (!run.runKey().isEmpty()) {
                fact("run key", Page.cut(run.runKey(), MOST_SUBJECT));
            }
            fact("ended", run.status().orElse("not on record: it was cut off, or is under way"));
            fact("began", MOMENT.format(run.began()));
            fact(
                    "took",
                    Chart.time(time.length())
                            + (run.sessions().size() == 1
                                    ? ""
                                    : " in " + run.sessions().size() + " sessions"));
            fact("spent", "%s of %s%s".formatted(spend.total(), run.limit(), forfeited(spend)));
            fact("calls", count(spend.attempts()));
            fact(
                    "tokens",
                    "%s in, of which %s cached; %s out, of which %s reasoning"
                            .formatted(
                                    count(tokens.inputTokens()),
                                    count(tokens.cachedInputTokens()),
                                    count(tokens.outputTokens()),
                                    count(tokens.reasoningTokens())));
        });
    }

    private static String forfeited(Spend spend) {
        return spend.forfeited().isZero()
                ? ""
                : ", of which %s for calls whose cost is unknown".formatted(spend.forfeited());
    }

    private void fact(String name, String value) {
        page.element("dt", name).element("dd", value);
    }

    private void legend() {
        page.element("p", () -> {
            for (Tier tier : Tier.values()) {
                Chart.key(page, Chart.style(tier), Chart.style(tier));
            }
            Chart.key(page, "code", "code");
            Chart.key(page, "lost", "no usable reply");
            page.text(". Thin: waiting, or tools. Bold: the critical path.");
        });
    }

    private void criticalPath() {
        if (!critical.isEmpty()) {
            page.element(
                    "p",
                    critical.stream()
                            .map(span -> span.subtask().label() + " " + Chart.time(span.length()))
                            .collect(Collectors.joining(" → ", "Critical path: ", "")));
        }
    }

    /** What was asked of each model. */
    private void models() {
        SequencedMap<String, List<Call>> byModel = new LinkedHashMap<>();
        for (Call call : run.calls()) {
            byModel.computeIfAbsent(call.model(), unknown -> new ArrayList<>()).add(call);
        }
        if (byModel.isEmpty()) {
            return;
        }
        page.element("h3", "Models");
        page.element("table", () -> {
            header("model", "tier", "calls", "tokens in", "cached", "tokens out", "cost");
            byModel.forEach((model, calls) -> {
                Spend spend = calls.stream().map(Call::spend).reduce(Spend.NONE, Spend::plus);
                String tiers = calls.stream()
                        .map(call -> Chart.style(call.tier()))
                        .distinct()
                        .collect(Collectors.joining(", "));
                page.element("tr", () -> {
                    page.element("td", model).element("td", tiers);
                    figures(spend);
                });
            });
        });
    }

    private void figures(Spend spend) {
        TokenUsage tokens = spend.tokens();
        number(count(spend.attempts()));
        number(count(tokens.inputTokens()));
        number(count(tokens.cachedInputTokens()));
        number(count(tokens.outputTokens()));
        number(spend.total().toString());
    }

    /** Why subtasks brought nothing, the most frequent reason first. */
    private void notes() {
        if (!run.notes().isEmpty()) {
            page.element("h3", "Notes");
            run.notes().forEach(note -> page.element("p", Page.cut(note, MOST_TEXT)));
        }
    }

    private void reasons() {
        Map<String, Long> counts = run.subtasks().stream()
                .map(SubtaskHistory::end)
                .filter(end -> end != null && !end.status().equals("succeeded"))
                .collect(Collectors.groupingBy(
                        end -> Page.cut(end == null ? "" : end.text(), MOST_SUBJECT),
                        LinkedHashMap::new,
                        Collectors.counting()));
        if (counts.isEmpty()) {
            return;
        }
        page.element("h3", "What brought nothing");
        page.element("table", () -> {
            header("reason", "times");
            counts.entrySet().stream()
                    .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder()))
                    .limit(MOST_REASONS)
                    .forEach(entry -> page.element("tr", () -> {
                        page.element("td", entry.getKey());
                        number(count(entry.getValue()));
                    }));
        });
        if (counts.size() > MOST_REASONS) {
            page.element("p", "%d of %d reasons are shown.".formatted(MOST_REASONS, counts.size()));
        }
    }

    private void subtasks() {
        List<SubtaskHistory> all = run.subtasks();
        page.element("h3", "Subtasks");
        page.element("table", () -> {
            header("subtask", "type", "tier", "end", "calls", "tokens in", "cached", "tokens out", "cost");
            all.stream().limit(MOST_ROWS).forEach(this::row);
        });
        if (all.size() > MOST_ROWS) {
            page.element("p", "%d of %d subtasks are shown.".formatted(MOST_ROWS, all.size()));
        }
    }

    private void row(SubtaskHistory subtask) {
        End end = subtask.end();
        page.element("tr", () -> {
            page.element("td", subtask.label()).element("td", subtask.type());
            page.element("td", subtask.tier() == null ? "" : Chart.style(subtask.tier()));
            page.element("td", () -> {
                if (end == null) {
                    page.text(ofItems.containsKey(subtask.label()) ? "see its items" : "not on record");
                } else {
                    page.element(
                            "details",
                            () -> page.element("summary", status(end)).element("pre", Page.cut(end.text(), MOST_TEXT)));
                }
            });
            figures(subtask.spend().plus(ofItems.getOrDefault(subtask.label(), Spend.NONE)));
        });
    }

    private String status(End end) {
        return run.isReused(end) ? "%s in session %d, reused".formatted(end.status(), end.session()) : end.status();
    }

    private void header(String... names) {
        page.element("tr", () -> {
            for (String name : names) {
                boolean isNumber = !List.of("model", "tier", "reason", "subtask", "type", "end")
                        .contains(name);
                page.element("th", name, "class", isNumber ? "n" : "");
            }
        });
    }

    private void number(String figure) {
        page.element("td", figure, "class", "n");
    }

    private static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }
}
