// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.report;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The chain of subtasks that nothing but more speed could have shortened: each waited for the one before it. */
final class CriticalPath {
    private CriticalPath() {}

    /** From the first to the last to end; empty if that one waited for nobody. */
    static List<Span> of(List<Span> spans) {
        Deque<Span> chain = new ArrayDeque<>();
        Set<Span> seen = new HashSet<>();
        Optional<Span> next = spans.stream()
                .filter(span -> span.subtask().role() != RunHistory.Role.PLANNER) // nobody waits for its last word
                .max(Comparator.comparingLong(Span::to));
        while (next.isPresent() && seen.add(next.get())) {
            Span span = next.get();
            chain.addFirst(span);
            next = lastAwaited(span, spans);
        }
        return chain.size() > 1 ? List.copyOf(chain) : List.of();
    }

    private static Optional<Span> lastAwaited(Span span, List<Span> spans) {
        List<String> after = span.subtask().after();
        boolean isMerger = span.subtask().role() == RunHistory.Role.MERGER;
        return spans.stream()
                .filter(other -> !other.equals(span))
                .filter(other -> isMerger
                        ? other.to() <= span.from() && other.subtask().role() == RunHistory.Role.SUBTASK
                        : other.subtask().role() == RunHistory.Role.SUBTASK
                                && after.contains(Span.whole(other.subtask().label())))
                .max(Comparator.comparingLong(Span::to));
    }
}
