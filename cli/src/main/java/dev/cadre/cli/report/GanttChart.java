// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.report;

import dev.cadre.cli.report.RunHistory.Call;
import dev.cadre.cli.report.RunHistory.End;
import dev.cadre.cli.report.RunHistory.SubtaskHistory;
import dev.cadre.cli.text.FailureWords;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** When each subtask waited, was at work and called a model, a row each. */
final class GanttChart {
    static final int MOST_ROWS = 200;

    private static final int LEFT = 190;
    private static final int ROW = 20;
    private static final int TYPE = 95;
    private static final int LABEL_CHARACTERS = 14;
    private static final int WIDE_LABEL_CHARACTERS = 26;

    private final Page page;
    private final Timeline time;
    /** By identity: a span of the path may be a part of what is drawn. */
    private final Set<SubtaskHistory> critical;

    private GanttChart(Page page, Timeline time, List<Span> critical) {
        this.page = page;
        this.time = time;
        this.critical = Collections.newSetFromMap(new IdentityHashMap<>());
        critical.forEach(span -> this.critical.add(span.subtask()));
    }

    static void draw(Page page, List<Span> spans, Timeline time, List<Span> critical) {
        var chart = new GanttChart(page, time, critical);
        List<Span> shown = spans.size() > MOST_ROWS ? chart.most(spans) : spans;
        int height = shown.size() * ROW + 24;
        Chart.draw(page, "the subtasks over time", height, () -> {
            Chart.times(page, time.length(), LEFT, height);
            for (long resumed : time.resumed()) {
                double x = chart.x(resumed);
                Chart.line(page, "resumed", x, 0, x, height - 16);
            }
            for (int row = 0; row < shown.size(); row++) {
                chart.row(shown.get(row), row * ROW + 3);
            }
        });
        if (shown.size() < spans.size()) {
            page.element(
                    "p",
                    "%d of %s rows are shown: the critical path, then failures, then the longest."
                            .formatted(shown.size(), RunView.count(spans.size())));
        }
    }

    /** Those that tell most, in plan order. */
    private List<Span> most(List<Span> spans) {
        Set<Span> most = Collections.newSetFromMap(new IdentityHashMap<>());
        spans.stream()
                .sorted(Comparator.comparing((Span span) -> !critical.contains(span.subtask()))
                        .thenComparing(span -> !isUnsuccessful(span))
                        .thenComparing(Comparator.comparingLong((Span span) -> span.work(time))
                                .reversed()))
                .limit(MOST_ROWS)
                .forEach(most::add);
        return spans.stream().filter(most::contains).toList();
    }

    private static boolean isUnsuccessful(Span span) {
        End end = span.subtask().end();
        return end != null && end.isUnsuccessful();
    }

    private void row(Span span, double y) {
        String label = span.subtask().label();
        String type = label.contains("#") ? "" : span.subtask().type();
        String shown = Chart.shortened(label, type.isEmpty() ? WIDE_LABEL_CHARACTERS : LABEL_CHARACTERS);
        Chart.label(page, critical.contains(span.subtask()) ? "critical" : "row", 0, y + 11, shown);
        if (!type.isEmpty()) {
            Chart.label(page, "tick", TYPE, y + 11, Page.cut(type, LABEL_CHARACTERS));
        }
        String style = span.subtask().calls().isEmpty()
                ? "code"
                : "waiting " + Chart.style(span.subtask().tier());
        Chart.bar(page, style, x(span.from()), y + 4, width(span.from(), span.to()), 6, title(span));
        span.subtask().calls().forEach(call -> call(call, span, y));
        mark(span, y);
    }

    private void call(Call call, Span span, double y) {
        long from = time.at(call.sent());
        long to = call.ended() == null ? span.to() : time.at(call.ended());
        boolean lost = call.ended() == null || call.spend().attempts() == 0 || !isReply(call.end());
        Chart.bar(
                page,
                Chart.style(call.tier()) + (lost ? " lost" : ""),
                x(from),
                y,
                width(from, Math.max(from, to)),
                14,
                "%s, %s, %s: %s, %s"
                        .formatted(
                                call.kind().name().toLowerCase(Locale.ROOT),
                                call.model(),
                                Chart.time(Math.max(0, to - from)),
                                call.end().isEmpty() ? "no end on record" : end(call),
                                call.spend().total()));
    }

    /** Failures are named after an exception, replies after why the model stopped. */
    private static boolean isReply(String end) {
        return end.equals(end.toLowerCase(Locale.ROOT));
    }

    private static String end(Call call) {
        return isReply(call.end()) ? call.end() : FailureWords.of(call.end());
    }

    private void mark(Span span, double y) {
        if (isUnsuccessful(span)) {
            Chart.label(page, "mark", Math.min(x(span.to()) + 3, Chart.WIDTH - 12), y + 11, "✗");
        }
    }

    private String title(Span span) {
        End end = span.subtask().end();
        return span.subtask().label() + ", " + Chart.time(span.length()) + (end == null ? "" : ", " + end.status());
    }

    private double x(long millis) {
        return LEFT + millis * Chart.perMilli(time.length(), LEFT);
    }

    private double width(long from, long to) {
        return (to - from) * Chart.perMilli(time.length(), LEFT);
    }
}
