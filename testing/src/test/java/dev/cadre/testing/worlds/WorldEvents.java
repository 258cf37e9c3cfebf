// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing.worlds;

import dev.cadre.RunReport;
import dev.cadre.SubtaskReport;
import dev.cadre.event.RunEvent;
import dev.cadre.event.RunListener;
import dev.cadre.task.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Hears every event of a session, breaks where its world has it so, and compares what it heard with the report. */
final class WorldEvents implements RunListener {
    private final World world;
    private final List<RunEvent> events = new ArrayList<>();

    WorldEvents(World world) {
        this.world = world;
    }

    @Override
    public synchronized void on(RunEvent event) {
        events.add(event);
        String site = events.size() + " " + event.getClass().getSimpleName();
        if (world.befalls(Mishap.LISTENER_THROWS, site)) {
            throw new IllegalStateException("the listener broke");
        }
        if (world.befalls(Mishap.LISTENER_THROWS_ERROR, site)) {
            throw new NoSuchMethodError("the listener broke");
        }
    }

    /** The threads of calls, tools and code say when these began and ended; everything else happens at the time at which it is told. */
    private static Duration time(RunEvent event, Duration last, Map<String, Duration> began) {
        if (event instanceof RunEvent.AttemptEnded attempt) {
            Duration from = began.getOrDefault(attempt.subtaskId(), Duration.ZERO);
            WorldViolation.unless(event.at().compareTo(from) >= 0, "an attempt ended before its rung began: %s", event);
            return last;
        }
        if (event instanceof RunEvent.AttemptStarted attempt) {
            Duration from = began.getOrDefault(attempt.call().subtaskId(), Duration.ZERO);
            WorldViolation.unless(event.at().compareTo(from) >= 0, "an attempt began before its rung: %s", event);
            return last;
        }
        if (event instanceof RunEvent.ToolFailed
                || event instanceof RunEvent.CodeSpent
                || event instanceof RunEvent.BudgetBreached
                || event instanceof RunEvent.WorkAbandoned) {
            return last;
        }
        WorldViolation.unless(event.at().compareTo(last) >= 0, "told after %s: %s", last, event);
        return event.at();
    }

    private static String attempt(RunEvent.Call call) {
        return call.kind() + " of " + call.subtaskId() + " by " + call.asked();
    }

    /** The subtask that an item belongs to; a subtask itself. */
    private static String whole(String label) {
        return label.replaceFirst("#.*", "");
    }

    /** What must hold of the events of one run. */
    synchronized void check(RunReport report) {
        Duration last = Duration.ZERO;
        Map<String, Outcome<?>> ends = new LinkedHashMap<>();
        Set<String> admitted = new HashSet<>();
        Map<String, Duration> began = new HashMap<>();
        Map<String, Duration> ended = new HashMap<>();
        List<String> started = new ArrayList<>();
        int runEnds = 0;
        for (RunEvent event : events) {
            WorldViolation.unless(event.runId().equals(report.runId()), "an event of another run: %s", event);
            last = time(event, last, began);
            WorldViolation.unless(runEnds == 0, "%s after the end of the run", event);
            switch (event) {
                case RunEvent.SubtaskAdmitted e ->
                    WorldViolation.unless(admitted.add(e.subtaskId()), "admitted twice: %s", e.subtaskId());
                case RunEvent.RungStarted e -> {
                    began.putIfAbsent(e.subtaskId(), e.at());
                    began.putIfAbsent(whole(e.subtaskId()), e.at());
                }
                case RunEvent.RungEnded e -> {
                    ended.put(e.subtaskId(), e.at());
                    ended.put(whole(e.subtaskId()), e.at());
                }
                case RunEvent.SubtaskEnded e -> {
                    WorldViolation.unless(
                            ends.put(e.subtaskId(), e.outcome()) == null, "'%s' ended twice", e.subtaskId());
                    ended.put(e.subtaskId(), e.at());
                }
                case RunEvent.AttemptStarted e -> started.add(attempt(e.call()));
                case RunEvent.AttemptEnded e -> {
                    WorldViolation.unless(!e.took().isNegative() && !e.waited().isNegative(), "a negative time: %s", e);
                    WorldViolation.unless(
                            started.remove(attempt(e.call())), "an attempt ended that never began: %s", e);
                }
                case RunEvent.RunEnded e -> runEnds++;
                default -> {}
            }
        }
        WorldViolation.unless(runEnds == 1, "%d ends of the run were told", runEnds);
        WorldViolation.unless(last.compareTo(report.elapsed()) <= 0, "elapsed %s, told %s", report.elapsed(), last);
        WorldViolation.unless(
                ends.equals(report.outcomes()), "told were the ends %s, reported %s", ends, report.outcomes());
        WorldViolation.unless(admitted.equals(ends.keySet()), "admitted %s, ended %s", admitted, ends.keySet());
        for (SubtaskReport line : report.subtasks()) {
            Duration from = began.get(line.id());
            Duration to = ended.get(line.id());
            Duration took = from == null || to == null ? Duration.ZERO : to.minus(from);
            WorldViolation.unless(line.took().equals(took), "'%s' took %s, not %s", line.id(), took, line.took());
        }
    }
}
