// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.report;

import dev.cadre.cli.report.RunHistory.SubtaskHistory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;

/** The subtasks as a graph, from left to right: one stands a column behind the farthest that it waited for. */
final class GraphChart {
    private static final int MOST_SUBTASKS = 80;
    private static final int BOX_HEIGHT = 26;
    private static final int ROW = 38;
    private static final int MOST_BOX_WIDTH = 190;
    private static final double CHARACTER = 7.2;

    private record Place(SubtaskHistory subtask, double x, double y, double width) {}

    private GraphChart() {}

    /** Draws nothing of a run without edges, nor of one with too many subtasks to be seen. */
    static void draw(Page page, RunHistory run) {
        List<SubtaskHistory> subtasks = run.subtasks().stream()
                .filter(each -> each.admitted() != null && !each.label().contains("#"))
                .toList();
        if (subtasks.size() > MOST_SUBTASKS
                || subtasks.stream().allMatch(each -> each.after().isEmpty())) {
            return;
        }
        Map<String, Place> places = places(columns(subtasks));
        double bottom = places.values().stream().mapToDouble(Place::y).max().orElse(0);
        Chart.draw(page, "the graph of the subtasks", (int) bottom + BOX_HEIGHT + 8, () -> {
            places.values()
                    .forEach(place -> place.subtask().after().stream()
                            .map(places::get)
                            .filter(Objects::nonNull)
                            .forEach(on -> edge(page, on, place)));
            places.values().forEach(place -> box(page, place));
        });
    }

    private static List<List<SubtaskHistory>> columns(List<SubtaskHistory> subtasks) {
        SequencedMap<String, SubtaskHistory> byLabel = new LinkedHashMap<>();
        subtasks.forEach(each -> byLabel.put(each.label(), each));
        Map<String, Integer> depths = new HashMap<>();
        var columns = new ArrayList<List<SubtaskHistory>>();
        for (SubtaskHistory each : subtasks) {
            int depth = depth(each, byLabel, depths);
            while (columns.size() <= depth) {
                columns.add(new ArrayList<>());
            }
            columns.get(depth).add(each);
        }
        return columns;
    }

    /** A file may say that a subtask waited for itself: what is being looked at counts as a beginning. */
    private static int depth(SubtaskHistory subtask, Map<String, SubtaskHistory> byLabel, Map<String, Integer> depths) {
        Integer known = depths.putIfAbsent(subtask.label(), 0);
        if (known != null) {
            return known;
        }
        int depth = 0;
        for (String on : subtask.after()) {
            SubtaskHistory dependency = byLabel.get(on);
            if (dependency != null) {
                depth = Math.max(depth, 1 + depth(dependency, byLabel, depths));
            }
        }
        depths.put(subtask.label(), depth);
        return depth;
    }

    private static Map<String, Place> places(List<List<SubtaskHistory>> columns) {
        int highest = columns.stream().mapToInt(List::size).max().orElse(0);
        double columnWidth = Chart.WIDTH / (double) columns.size();
        double boxWidth = Math.min(MOST_BOX_WIDTH, columnWidth * 0.72);
        SequencedMap<String, Place> places = new LinkedHashMap<>();
        for (int column = 0; column < columns.size(); column++) {
            List<SubtaskHistory> ofColumn = columns.get(column);
            double top = (highest - ofColumn.size()) * ROW / 2.0 + 4;
            for (int row = 0; row < ofColumn.size(); row++) {
                SubtaskHistory subtask = ofColumn.get(row);
                places.put(
                        subtask.label(),
                        new Place(
                                subtask,
                                column * columnWidth + (columnWidth - boxWidth) / 2,
                                top + row * ROW,
                                boxWidth));
            }
        }
        return places;
    }

    private static void edge(Page page, Place from, Place to) {
        double x1 = from.x() + from.width();
        double y1 = from.y() + BOX_HEIGHT / 2.0;
        double x2 = to.x();
        double y2 = to.y() + BOX_HEIGHT / 2.0;
        double bend = (x2 - x1) / 2;
        page.leaf(
                "path",
                "class",
                "edge",
                "d",
                "M%s %s C%s %s %s %s %s %s"
                        .formatted(
                                Chart.px(x1),
                                Chart.px(y1),
                                Chart.px(x1 + bend),
                                Chart.px(y1),
                                Chart.px(x2 - bend),
                                Chart.px(y2),
                                Chart.px(x2),
                                Chart.px(y2)));
    }

    private static void box(Page page, Place place) {
        SubtaskHistory subtask = place.subtask();
        String status = subtask.end() == null ? "" : " " + subtask.end().status();
        Chart.bar(
                page,
                "box " + Chart.style(subtask.tier()) + status,
                place.x(),
                place.y(),
                place.width(),
                BOX_HEIGHT,
                "%s: %s%s".formatted(subtask.label(), subtask.type(), status));
        int room = (int) (place.width() / CHARACTER) - 1;
        Chart.label(
                page,
                "box-label",
                place.x() + 7,
                place.y() + 17,
                Page.cut(subtask.label() + " · " + subtask.type(), Math.max(2, room)));
    }
}
