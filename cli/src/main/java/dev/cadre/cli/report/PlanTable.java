// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.report;

import dev.cadre.cli.report.RunHistory.SubtaskHistory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The plan, or the graph by hand: its subtasks in the order in which they were written, and what each waits for. */
final class PlanTable {
    private static final int MOST_ROWS = 200;
    private static final int MOST_NAMES = 12;

    private final Page page;
    private final RunView view;
    private final Map<String, int[]> items = new HashMap<>();

    private PlanTable(Page page, RunView view) {
        this.page = page;
        this.view = view;
        for (SubtaskHistory each : view.run().subtasks()) {
            if (each.label().contains("#")) {
                int[] counts = items.computeIfAbsent(Span.whole(each.label()), unknown -> new int[2]);
                counts[0] += each.end() != null && each.end().isSucceeded() ? 1 : 0;
                counts[1]++;
            }
        }
    }

    static boolean isEmpty(RunView view) {
        return planned(view).isEmpty();
    }

    private static List<SubtaskHistory> planned(RunView view) {
        return view.run().subtasks().stream()
                .filter(each -> each.admitted() != null && !each.label().contains("#"))
                .toList();
    }

    static void write(Page page, RunView view) {
        List<SubtaskHistory> all = planned(view);
        var plan = new PlanTable(page, view);
        Table.of(page, "The plan, in the order in which it was written", "subtask", "type", "waits for", "end")
                .write(() -> all.stream().limit(MOST_ROWS).forEach(plan::row));
        if (all.size() > MOST_ROWS) {
            page.element("p", "%d of %s subtasks are shown.".formatted(MOST_ROWS, RunView.count(all.size())));
        }
    }

    private void row(SubtaskHistory subtask) {
        page.element("tr", () -> {
            Table.name(page, () -> view.label(page, subtask));
            page.element("td", type(subtask));
            page.element("td", names(subtask.after()));
            page.element("td", end(subtask));
        });
    }

    private static String type(SubtaskHistory subtask) {
        return subtask.chosen().isEmpty()
                ? subtask.type()
                : "%s, to start on %s".formatted(subtask.type(), subtask.chosen());
    }

    private static String names(List<String> after) {
        String names = String.join(", ", after.subList(0, Math.min(MOST_NAMES, after.size())));
        int more = after.size() - MOST_NAMES;
        return more > 0 ? names + " and %s more".formatted(RunView.count(more)) : names;
    }

    private String end(SubtaskHistory subtask) {
        int[] counts = items.getOrDefault(subtask.label(), new int[2]);
        if (subtask.end() != null || counts[1] == 0) {
            String status = RunView.status(subtask);
            return subtask.takenFrom().isEmpty()
                    ? status
                    : "%s, taken from %s".formatted(status, names(subtask.takenFrom()));
        }
        return "%s of %s items succeeded".formatted(RunView.count(counts[0]), RunView.count(counts[1]));
    }
}
