// SPDX-License-Identifier: Apache-2.0
package dev.cadre.run;

import dev.cadre.event.RunEvent;
import dev.cadre.task.Failure;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How often each tool of a run threw or took too long, and what came of it first. Belongs to the run's own thread. */
public final class ToolFailures {
    private static final class Tally {
        final RunEvent.ToolFailed first;
        int times;

        Tally(RunEvent.ToolFailed first) {
            this.first = first;
        }

        String line() {
            return "%s, in tool '%s' of subtask '%s'%s"
                    .formatted(
                            Failure.describe(first.thrown()),
                            first.tool(),
                            first.subtaskId(),
                            times == 1 ? "" : ", %d times in all".formatted(times));
        }
    }

    private final Map<String, Tally> tools = new LinkedHashMap<>();

    void add(RunEvent.ToolFailed failed) {
        tools.computeIfAbsent(failed.tool(), unknown -> new Tally(failed)).times++;
    }

    /** One line for each tool, in the order in which they first threw. */
    List<String> lines() {
        return tools.values().stream().map(Tally::line).toList();
    }
}
