// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.report;

import dev.cadre.cli.report.RunHistory.Call;
import dev.cadre.cli.report.RunHistory.End;
import dev.cadre.cli.report.RunHistory.SubtaskHistory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * When a subtask could have started and when it was over, in milliseconds of the {@link Timeline}.
 *
 * @param from it was admitted, and everything that it waited for had ended
 * @param to its end, or that of its last call
 */
record Span(SubtaskHistory subtask, long from, long to) {
    long length() {
        return to - from;
    }

    /** The part of it in front of a moment. */
    Span until(long moment) {
        return new Span(subtask, from, Math.min(to, moment));
    }

    /** How long it was at work: without what it waited before its first call, for a place in a pool or for money. */
    long work(Timeline time) {
        return subtask.calls().isEmpty()
                ? length()
                : to - Math.clamp(time.at(subtask.calls().getFirst().sent()), from, to);
    }

    /** The spans of a run's subtasks in their order, without those that neither made a call nor ended. */
    static List<Span> of(RunHistory run, Timeline time) {
        Map<String, Long> ends = new HashMap<>();
        for (SubtaskHistory subtask : run.subtasks()) {
            lastMoment(subtask, time).ifPresent(end -> {
                if (subtask.role() == RunHistory.Role.SUBTASK) {
                    ends.merge(subtask.label(), end, Math::max);
                    ends.merge(whole(subtask.label()), end, Math::max);
                }
            });
        }
        // all items of a subtask share the list of what it waited for, which may be as long as that of the items
        var awaited = new IdentityHashMap<List<String>, Optional<Long>>();
        var spans = new ArrayList<Span>();
        for (SubtaskHistory subtask : run.subtasks()) {
            Optional<Long> last = subtask.role() == RunHistory.Role.SUBTASK
                    ? Optional.ofNullable(ends.get(subtask.label()))
                    : lastMoment(subtask, time);
            Optional<Long> dependencies = awaited.computeIfAbsent(
                    subtask.after(),
                    after -> after.stream()
                            .map(ends::get)
                            .filter(Objects::nonNull)
                            .max(Comparator.naturalOrder()));
            last.ifPresent(end -> spans.add(new Span(
                    subtask,
                    subtask.began() ? Math.min(ready(subtask, dependencies, time), end) : end, // else it took no time
                    end)));
        }
        return List.copyOf(spans);
    }

    /** The subtask that an item belongs to; the label itself for others. */
    static String whole(String label) {
        int item = label.indexOf('#');
        return item < 0 ? label : label.substring(0, item);
    }

    private static Optional<Long> lastMoment(SubtaskHistory subtask, Timeline time) {
        @Nullable Long last = null;
        End end = subtask.end();
        if (end != null) {
            last = time.at(end.at());
        }
        for (Call call : subtask.calls()) {
            long moment = time.at(call.ended() == null ? call.sent() : call.ended());
            last = last == null ? moment : Math.max(last, moment);
        }
        return Optional.ofNullable(last);
    }

    private static long ready(SubtaskHistory subtask, Optional<Long> dependencies, Timeline time) {
        if (subtask.admitted() != null) {
            long admitted = time.at(subtask.admitted());
            return Math.max(admitted, dependencies.orElse(admitted));
        }
        if (dependencies.isPresent()) {
            return dependencies.get();
        }
        if (subtask.role() == RunHistory.Role.PLANNER) {
            return 0; // a run begins with its plan
        }
        return subtask.calls().isEmpty()
                ? Long.MAX_VALUE // nothing is known of its start: a moment at its end
                : time.at(subtask.calls().getFirst().sent());
    }
}
