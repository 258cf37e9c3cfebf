// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

/** The results of the runs nested in one run, as they end. Safe for use by many threads. */
final class NestedResults {
    private final Queue<NestedResult> results = new ConcurrentLinkedQueue<>();

    void add(NestedResult result) {
        results.add(result);
    }

    /** In the order of their subtasks, items by index, then as they ended. */
    List<NestedResult> inOrderOf(Collection<String> subtasks) {
        var order = new ArrayList<>(subtasks);
        return results.stream()
                .sorted(Comparator.<NestedResult>comparingInt(
                                each -> order.indexOf(SubtaskReport.wholeOf(each.subtaskId())))
                        .thenComparingInt(each -> index(each.subtaskId())))
                .toList();
    }

    /** What they did together, by the label of their subtask or item; of a fan-out by its id, too. */
    Map<String, SubtaskReport.Nested> byLabel() {
        Map<String, SubtaskReport.Nested> sums = new HashMap<>();
        for (NestedResult each : results) {
            Stream.of(each.subtaskId(), SubtaskReport.wholeOf(each.subtaskId()))
                    .distinct()
                    .forEach(label -> sums.merge(label, SubtaskReport.Nested.of(each), SubtaskReport.Nested::plus));
        }
        return sums;
    }

    /** A line for each run whose answer lacks something, or that has none: its subtask may have succeeded all the same. */
    List<String> notes(Collection<String> subtasks) {
        return inOrderOf(subtasks).stream()
                .filter(each -> !(each.result() instanceof RunResult.Complete<?>))
                .map(each -> "the run nested in '%s' (%s) is not complete: %s"
                        .formatted(each.subtaskId(), each.asked(), NestedResult.why(each.result())))
                .toList();
    }

    private static int index(String label) {
        int item = label.indexOf('#');
        return item < 0 ? -1 : Integer.parseInt(label, item + 1, label.length(), 10);
    }
}
