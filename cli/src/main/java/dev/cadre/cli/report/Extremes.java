// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.report;

import dev.cadre.cli.report.RunHistory.Role;
import dev.cadre.cli.report.RunHistory.SubtaskHistory;
import dev.cadre.price.Money;
import java.util.Comparator;
import java.util.List;

/** The slowest and the dearest parts of a run. */
final class Extremes {
    private static final int MOST = 5;

    private Extremes() {}

    static boolean isEmpty(RunView view) {
        return view.units().size() < 2;
    }

    static void write(Page page, RunView view) {
        List<Span> slowest = view.spans().stream()
                .filter(span -> !view.isWhole(span.subtask()) && span.work(view.time()) > 0)
                .sorted(Comparator.comparingLong((Span span) -> span.work(view.time()))
                        .reversed())
                .limit(MOST)
                .toList();
        List<SubtaskHistory> dearest = view.run().subtasks().stream()
                .filter(each -> !view.isWhole(each) && !cost(each).isZero())
                .sorted(Comparator.comparing(Extremes::cost).reversed())
                .limit(MOST)
                .toList();
        if (!slowest.isEmpty()) {
            Table.of(page, "Slowest: from the first call, of plain code from when it could start", "subtask", "type")
                    .figures("time")
                    .write(() -> slowest.forEach(
                            span -> row(page, view, span.subtask(), Chart.time(span.work(view.time())))));
        }
        if (!dearest.isEmpty()) {
            Table.of(page, "Dearest", "subtask", "type")
                    .figures("cost")
                    .write(() -> dearest.forEach(
                            each -> row(page, view, each, cost(each).toString())));
        }
    }

    private static Money cost(SubtaskHistory subtask) {
        return subtask.spend().total();
    }

    private static void row(Page page, RunView view, SubtaskHistory subtask, String figure) {
        page.element("tr", () -> {
            Table.name(page, () -> view.label(page, subtask));
            page.element("td", subtask.role() == Role.SUBTASK ? subtask.type() : "");
            Table.number(page, figure);
        });
    }
}
