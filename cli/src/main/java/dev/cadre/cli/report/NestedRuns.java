// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.report;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The runs of a journal that are nested in others of it, by their run keys: each is folded under the run around it. */
final class NestedRuns {
    /** A key that says this and is not of a nested run moves its run to another place on the page, and does nothing else. */
    private static final Pattern KEY =
            Pattern.compile("nested in (\\S+)(?: with input [0-9a-f]{16})?: (.+)", Pattern.DOTALL);

    /** What tells an item from others of its list, in digits; its index is another one in each session. */
    private static final Pattern ITEM = Pattern.compile("#[0-9a-f]{16}(?:-[0-9]+)?");

    private static final int MOST = 50;
    private static final int MOST_ROWS = 100;
    private static final int MOST_TITLE = 200;
    /** Headings have no more levels than six, of which the parts of a run take the next. */
    private static final int LOWEST_LEVEL = 5;

    /** @param place the subtask and the tool that it is nested in */
    private record Nested(RunHistory run, String place) {}

    private final Map<String, List<Nested>> byOuter = new HashMap<>();
    private final List<RunHistory> outermost = new ArrayList<>();

    NestedRuns(List<RunHistory> all) {
        Set<String> begun = new HashSet<>(); // only a run that began before: none is ever within itself
        for (RunHistory run : all) {
            Matcher key = KEY.matcher(run.runKey());
            if (key.matches() && begun.contains(key.group(1))) {
                byOuter.computeIfAbsent(key.group(1), none -> new ArrayList<>())
                        .add(new Nested(run, place(key.group(2))));
            } else {
                outermost.add(run);
            }
            begun.add(run.id());
        }
    }

    private static String place(String named) {
        return ITEM.matcher(named).replaceFirst(", an item");
    }

    /** The runs that are in no other, in their order. */
    List<RunHistory> outermost() {
        return List.copyOf(outermost);
    }

    boolean isAnyIn(RunHistory run) {
        return byOuter.containsKey(run.id());
    }

    /** Writes those in a run, one after the other, closed. What they spent is in the figures of the run already. */
    void write(Page page, RunView outer) {
        List<Nested> nested = byOuter.getOrDefault(outer.run().id(), List.of());
        page.element("p", "What they spent is in the figures of their subtasks.");
        for (int i = 0; i < Math.min(MOST, nested.size()); i++) {
            String id = outer.id("n" + (i + 1));
            write(page, nested.get(i), outer, id);
        }
        if (nested.size() > MOST) {
            page.element("p", "%d of %s are listed.".formatted(MOST, RunView.count(nested.size())));
        }
    }

    private void write(Page page, Nested nested, RunView outer, String id) {
        RunHistory run = nested.run();
        var place = new RunView.Place(id, Math.min(LOWEST_LEVEL, outer.level() + 1), MOST_ROWS, outer.journal());
        var section = new RunSection(page, new RunView(run, place), List.of(), this);
        page.element(
                "details",
                () -> {
                    page.element(
                            "summary",
                            "%s: %s, %s, %s"
                                    .formatted(
                                            Page.cut(nested.place(), MOST_TITLE),
                                            Page.cut(section.title(), MOST_TITLE),
                                            run.status().orElse("no end on record"),
                                            run.spend().total()));
                    section.write();
                },
                "class",
                "nested",
                "id",
                id);
    }
}
