// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.report;

import dev.cadre.cli.report.RunHistory.Role;
import dev.cadre.cli.report.RunHistory.SubtaskHistory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The chain of subtasks that nothing but more speed could have shortened: each waited for the one before it. */
final class CriticalPath {
    private CriticalPath() {}

    /**
     * From the first to the last to end; empty if that one waited for nobody. The planner is part of it as long as the next
     * one waited to be planned.
     */
    static List<Span> of(List<Span> spans) {
        Deque<Span> chain = new ArrayDeque<>();
        Map<String, Span> lastOf = lastByLabel(spans);
        Set<SubtaskHistory> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Optional<Span> next = spans.stream()
                .filter(span -> span.subtask().role() != Role.PLANNER) // nobody waits for its last word
                .filter(span -> span.subtask().began())
                .max(Comparator.comparingLong(Span::to).thenComparingLong(Span::from)); // some take no time
        while (next.isPresent() && seen.add(next.get().subtask())) {
            Span span = next.get();
            chain.addFirst(span);
            next = span.subtask().role() == Role.PLANNER ? Optional.empty() : before(span, spans, lastOf);
        }
        return chain.size() > 1 ? List.copyOf(chain) : List.of();
    }

    private static Optional<Span> before(Span span, List<Span> spans, Map<String, Span> lastOf) {
        Optional<Span> awaited = lastAwaited(span, spans, lastOf);
        if (awaited.filter(other -> other.to() >= span.from()).isPresent()) {
            return awaited;
        }
        Optional<Span> planner = spans.stream()
                .filter(other -> other.subtask().role() == Role.PLANNER && other.from() < span.from())
                .findFirst()
                .map(other -> other.until(span.from()))
                .filter(other -> awaited.isEmpty() || awaited.get().to() <= other.to());
        return planner.or(() -> awaited);
    }

    /** The last to end of each subtask and its items. */
    private static Map<String, Span> lastByLabel(List<Span> spans) {
        Map<String, Span> lastOf = new HashMap<>();
        for (Span span : spans) {
            if (span.subtask().role() == Role.SUBTASK) {
                lastOf.merge(
                        Span.whole(span.subtask().label()), span, (last, next) -> next.to() > last.to() ? next : last);
            }
        }
        return lastOf;
    }

    private static Optional<Span> lastAwaited(Span span, List<Span> spans, Map<String, Span> lastOf) {
        Role role = span.subtask().role();
        Stream<Span> awaited = role == Role.MERGER || role == Role.MERGE_PART
                ? spans.stream().filter(other -> other.to() <= span.from() && isAwaitedByMerges(other))
                : awaited(span, lastOf).stream();
        return awaited.max(Comparator.comparingLong(Span::to));
    }

    /** Those that it waited for; in the place of one that was not at work, those for which that one waited. */
    private static List<Span> awaited(Span span, Map<String, Span> lastOf) {
        Set<String> seen = new HashSet<>(Set.of(Span.whole(span.subtask().label())));
        Deque<String> open = new ArrayDeque<>(span.subtask().after());
        List<Span> awaited = new ArrayList<>();
        for (String label = open.poll(); label != null; label = open.poll()) {
            Span other = lastOf.get(label);
            if (other != null && seen.add(label)) {
                if (other.subtask().began()) {
                    awaited.add(other);
                } else {
                    open.addAll(other.subtask().after());
                }
            }
        }
        return awaited;
    }

    private static boolean isAwaitedByMerges(Span span) {
        return span.subtask().began()
                && switch (span.subtask().role()) {
                    case SUBTASK, MERGE_PART -> true;
                    case PLANNER, PACK, MERGER -> false;
                };
    }
}
