// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.report;

import dev.cadre.cli.report.RunHistory.End;
import dev.cadre.cli.report.RunHistory.SubtaskHistory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/** Why subtasks failed or were skipped: failures first, the most frequent reason first. */
final class FailureTable {
    private static final int MOST_REASON = 400;
    private static final int MOST_REASONS = 20;
    private static final int MOST_PLACES = 5;

    private record Reason(String status, String text) {}

    private FailureTable() {}

    static boolean isEmpty(RunView view) {
        return view.run().subtasks().stream().allMatch(each -> !isUnsuccessful(each.end()));
    }

    private static boolean isUnsuccessful(@Nullable End end) {
        return end != null && end.isUnsuccessful();
    }

    static void write(Page page, RunView view) {
        SequencedMap<Reason, List<SubtaskHistory>> reasons = new LinkedHashMap<>();
        for (SubtaskHistory each : view.run().subtasks()) {
            End end = each.end();
            if (end != null && isUnsuccessful(end)) {
                var reason = new Reason(end.status(), Page.cut(end.reason(), MOST_REASON));
                reasons.computeIfAbsent(reason, unknown -> new ArrayList<>()).add(each);
            }
        }
        List<Reason> sorted = reasons.keySet().stream()
                .sorted(Comparator.comparingInt((Reason each) -> RunView.STATUSES.indexOf(each.status()))
                        .thenComparing(
                                each -> reasons.getOrDefault(each, List.of()).size(), Comparator.reverseOrder()))
                .toList();
        Table.of(page, "Why subtasks failed or were skipped", "reason", "end", "where")
                .figures("times")
                .write(() -> sorted.stream()
                        .limit(MOST_REASONS)
                        .forEach(reason -> page.element("tr", () -> {
                            List<SubtaskHistory> places = reasons.getOrDefault(reason, List.of());
                            Table.name(page, () -> page.text(reason.text()));
                            page.element("td", reason.status());
                            page.element("td", () -> places(page, view, places));
                            Table.number(page, RunView.count(places.size()));
                        })));
        if (sorted.size() > MOST_REASONS) {
            page.element("p", "%d of %d reasons are shown.".formatted(MOST_REASONS, sorted.size()));
        }
    }

    private static void places(Page page, RunView view, List<SubtaskHistory> places) {
        for (int i = 0; i < Math.min(MOST_PLACES, places.size()); i++) {
            page.text(i == 0 ? "" : ", ");
            view.label(page, places.get(i));
        }
        if (places.size() > MOST_PLACES) {
            page.text(" and %s more".formatted(RunView.count(places.size() - MOST_PLACES)));
        }
    }
}
