// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

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
                .sorted(Comparator.<NestedResult>comparingInt(each -> order.indexOf(SubtaskReport.wholeOf(each.subtaskId())))
                        .thenComparingInt(each -> index(each.subtaskId())))
                .toList();
    }

    /** A line for each run whose answer lacks something, or that has none: its subtask may have succeeded all the same. */
    List<String> notes(Collection<String> subtasks) {
        return inOrderOf(subtasks).stream()
                .filter(each -> !(each.result() instanceof RunResult.Complete<?>))
                .map(each -> "the run nested in '%s' is not complete: %s"
                        .formatted(each.subtaskId(), NestedResult.why(each.result())))
                .toList();
    }

    private static int index(String label) {
        int item = label.indexOf('#');
        return item < 0 ? -1 : Integer.parseInt(label, item + 1, label.length(), 10);
    }
}
