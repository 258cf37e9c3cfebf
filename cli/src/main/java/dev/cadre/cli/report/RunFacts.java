// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.report;

import dev.cadre.model.TokenUsage;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.task.Origin;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** The figures of a whole run. */
final class RunFacts {
    private static final int MOST_KEY = 400;
    private static final DateTimeFormatter MOMENT = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final Page page;
    private final RunView view;

    private RunFacts(Page page, RunView view) {
        this.page = page;
        this.view = view;
    }

    static void write(Page page, RunView view) {
        var facts = new RunFacts(page, view);
        page.element("dl", facts::all);
    }

    private void all() {
        RunHistory run = view.run();
        Spend spend = run.spend();
        TokenUsage tokens = spend.tokens();
        fact("ended", run.status().orElse("not on record: it was cut off, or is under way"));
        fact(view.isBulk() ? "items" : "subtasks", counts());
        fact("spent", "%s of %s%s".formatted(spend.total(), run.limit(), forfeited(spend)));
        saved();
        int sessions = run.sessions().size();
        fact("took", Chart.time(view.time().length()) + (sessions == 1 ? "" : " in " + sessions + " sessions"));
        fact("began", MOMENT.format(run.began()));
        fact("calls", RunView.count(spend.attempts()));
        fact(
                "tokens",
                "%s in, of which %s cached; %s out, of which %s reasoning"
                        .formatted(
                                RunView.count(tokens.inputTokens()),
                                RunView.count(tokens.cachedInputTokens()),
                                RunView.count(tokens.outputTokens()),
                                RunView.count(tokens.reasoningTokens())));
        fact("run", run.id());
        if (!run.runKey().isEmpty()) {
            fact("run key", Page.cut(run.runKey(), MOST_KEY));
        }
        if (view.isBulk()) {
            fact("journal", view.journal());
        }
    }

    /** How many ended how, failures first. */
    private String counts() {
        List<RunHistory.SubtaskHistory> units = view.units();
        Map<String, Long> byStatus =
                units.stream().collect(Collectors.groupingBy(RunView::status, Collectors.counting()));
        String parts = RunView.STATUSES.stream()
                .filter(byStatus::containsKey)
                .map(status -> RunView.count(byStatus.getOrDefault(status, 0L)) + " " + status)
                .collect(Collectors.joining(", "));
        return byStatus.size() < 2 ? parts : parts + ", of " + RunView.count(units.size());
    }

    /** What outcome caches saved, if anything came from one. */
    private void saved() {
        List<Origin.Cached> cached = view.units().stream()
                .map(RunHistory.SubtaskHistory::end)
                .filter(end -> end != null && end.cached() != null)
                .map(end -> Objects.requireNonNull(end.cached()))
                .toList();
        Money saved = Money.ZERO;
        for (Origin.Cached each : cached) {
            saved = each.savedBeside(saved);
        }
        if (!cached.isEmpty()) {
            fact("saved", "%s, by %s from the cache".formatted(saved, RunView.count(cached.size())));
        }
    }

    private static String forfeited(Spend spend) {
        return spend.forfeited().isZero()
                ? ""
                : ", of which %s for calls whose cost is unknown".formatted(spend.forfeited());
    }

    private void fact(String name, String value) {
        page.element("dt", name).element("dd", value);
    }
}
