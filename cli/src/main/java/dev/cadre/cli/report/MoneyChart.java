// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.report;

import dev.cadre.cli.report.RunHistory.Call;
import dev.cadre.price.Money;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The money of a run over time: what was spent, and on top of it what was reserved for calls in flight. */
final class MoneyChart {
    private static final int LEFT = 190;
    private static final int HEIGHT = 180;
    private static final int BOTTOM = HEIGHT - 22;
    private static final int MOST_STEPS = 2_000;

    /** The sums after an event. */
    record Step(long at, Money spent, Money reserved) {
        Money committed() {
            return spent.plus(reserved);
        }
    }

    private record Change(long at, long spentPico, long reservedPico) {}

    private MoneyChart() {}

    /** What was spent and reserved, after each call was sent or came back. */
    static List<Step> steps(RunHistory run, Timeline time) {
        var changes = new ArrayList<Change>();
        for (Call call : run.calls()) {
            long reserved = call.reserved().picoUsd();
            changes.add(new Change(time.at(call.sent()), 0, reserved));
            // of unknown fate: it counts as spent once its run is over
            long end = call.ended() == null ? time.length() : time.at(call.ended());
            changes.add(new Change(end, call.spend().total().picoUsd(), -reserved));
        }
        changes.sort(Comparator.comparingLong(Change::at));
        var steps = new ArrayList<Step>();
        long spent = 0;
        long reserved = 0;
        for (Change change : changes) {
            spent = Math.addExact(spent, change.spentPico());
            reserved = Math.addExact(reserved, change.reservedPico());
            // a call that came back before it was sent, by a clock set back, reserves nothing
            steps.add(new Step(change.at(), Money.ofPico(spent), Money.ofPico(Math.max(0, reserved))));
        }
        return steps;
    }

    static void draw(Page page, RunHistory run, Timeline time) {
        List<Step> steps = thinned(steps(run, time));
        Money highest = steps.stream().map(Step::committed).reduce(Money.ZERO, Money::atLeast);
        double top = Math.max(highest.picoUsd(), 1) * 1.08;
        page.element("p", () -> {
            Chart.key(page, "spent", "spent");
            Chart.key(page, "reserved", "reserved for calls in flight");
            page.text("limit " + run.limit());
        });
        Chart.draw(page, "the money over time", HEIGHT, () -> {
            Chart.times(page, time.length(), LEFT, HEIGHT);
            area(page, "reserved", steps, time, top, true);
            area(page, "spent", steps, time, top, false);
            double y = y(highest, top);
            Chart.line(page, "grid", LEFT, y, Chart.WIDTH, y);
            Chart.label(page, "row", 0, y + 4, "most " + highest);
            Chart.label(page, "row", 0, BOTTOM, "$0");
        });
    }

    private static void area(
            Page page, String style, List<Step> steps, Timeline time, double top, boolean withReserved) {
        double perMilli = Chart.perMilli(time.length(), LEFT);
        var path = new StringBuilder("M%s %d".formatted(Chart.px(LEFT), BOTTOM));
        for (Step step : steps) {
            path.append(" H").append(Chart.px(LEFT + step.at() * perMilli));
            path.append(" V").append(Chart.px(y(withReserved ? step.committed() : step.spent(), top)));
        }
        path.append(" H%d V%d Z".formatted(Chart.WIDTH, BOTTOM));
        page.leaf("path", "class", style, "d", path.toString());
    }

    private static double y(Money money, double top) {
        return BOTTOM - money.picoUsd() / top * (BOTTOM - 6);
    }

    /** A page does not need each of a million steps. The last one is kept. */
    private static List<Step> thinned(List<Step> steps) {
        int every = steps.size() / MOST_STEPS + 1;
        var kept = new ArrayList<Step>();
        for (int i = 0; i < steps.size(); i++) {
            if (i % every == 0 || i == steps.size() - 1) {
                kept.add(steps.get(i));
            }
        }
        return kept;
    }
}
