// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.RunResult;
import dev.cadre.SubtaskReport;
import dev.cadre.schema.Literal;
import dev.cadre.task.Items;
import dev.cadre.task.Outcome;
import java.util.Map;
import java.util.TreeMap;

/** All that a result says but times and ids. */
final class RunBytes {
    private RunBytes() {}

    static String of(RunResult<?> result) {
        Map<String, String> lines = new TreeMap<>();
        result.report().subtasks().forEach(line -> lines.put(line.id(), line(line)));
        return String.join(
                "\n",
                result.getClass().getSimpleName(),
                result.toToolText(),
                outcomes(result.report().outcomes()),
                outcomes(result.report().parts().items()),
                lines.toString(),
                line(result.report().parts().planner()),
                line(result.report().parts().merger()),
                result.report().findings().citations().toString(),
                result.spend().toString(),
                result.report().limit().toString(),
                result.report().notes().toString());
    }

    private static String line(SubtaskReport line) {
        return "%s %s %s %s %s %s %s"
                .formatted(
                        line.type(),
                        line.dependsOn(),
                        line.end(),
                        line.tiers(),
                        line.model(),
                        line.spend(),
                        line.takenFrom());
    }

    private static String outcomes(Map<String, Outcome<?>> outcomes) {
        var text = new StringBuilder();
        outcomes.forEach((id, outcome) -> text.append(id)
                .append(": ")
                .append(outcome.ifSucceeded().map(RunBytes::json).orElseGet(outcome::reason))
                .append('\n'));
        return text.toString();
    }

    private static String json(Object value) {
        return value instanceof Items<?> items
                ? items.outcomes().toString()
                : Literal.of(value).write();
    }
}
