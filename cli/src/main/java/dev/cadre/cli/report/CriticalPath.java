// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.report;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The chain of subtasks that nothing but more speed could have shortened: each waited for the one before it. */
final class CriticalPath {
    private CriticalPath() {}

    /** From the first to the last to end; empty if that one waited for nobody. */
    static List<Span> of(List<Span> spans) {
        Deque<Span> chain = new ArrayDeque<>();
        Map<String, Span> lastOf = lastByLabel(spans);
        Set<String> seen = new HashSet<>();
        Optional<Span> next = spans.stream()
                .filter(span -> span.subtask().role() != RunHistory.Role.PLANNER) // nobody waits for its last word
                .max(Comparator.comparingLong(Span::to));
        while (next.isPresent() && seen.add(next.get().subtask().label())) {
            Span span = next.get();
            chain.addFirst(span);
            next = lastAwaited(span, spans, lastOf);
        }
        return chain.size() > 1 ? List.copyOf(chain) : List.of();
    }

    /** The last to end of each subtask and its items. */
    private static Map<String, Span> lastByLabel(List<Span> spans) {
        Map<String, Span> lastOf = new HashMap<>();
        for (Span span : spans) {
            if (span.subtask().role() == RunHistory.Role.SUBTASK) {
                lastOf.merge(
                        Span.whole(span.subtask().label()), span, (last, next) -> next.to() > last.to() ? next : last);
            }
        }
        return lastOf;
    }

    private static Optional<Span> lastAwaited(Span span, List<Span> spans, Map<String, Span> lastOf) {
        Stream<Span> awaited = span.subtask().role() == RunHistory.Role.MERGER
                ? spans.stream()
                        .filter(other ->
                                other.to() <= span.from() && other.subtask().role() == RunHistory.Role.SUBTASK)
                : span.subtask().after().stream()
                        .filter(label -> !label.equals(Span.whole(span.subtask().label())))
                        .map(lastOf::get)
                        .filter(Objects::nonNull);
        return awaited.max(Comparator.comparingLong(Span::to));
    }
}
