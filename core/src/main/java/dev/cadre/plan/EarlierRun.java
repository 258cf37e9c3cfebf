// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import dev.cadre.task.GraphNode;
import dev.cadre.task.Missing;
import java.util.ArrayList;
import java.util.List;

/**
 * A finished run that a goal follows, as a planner is shown it. All of it is data. Immutable.
 *
 * @param name the name by which it is told apart from others: that of the input which holds its answer, and the beginning of
 *     the names of those which hold its outcomes
 * @param goal what was asked, in the words of its caller; of a graph, the id of the subtask that has the answer
 * @param answer its answer as JSON, whole; a prompt shows its beginning. Empty if it has none
 * @param failure why it has no answer; empty if it has one
 * @param brought the inputs that hold its outcomes, in plan order
 * @param missing what did not succeed in it, in plan order, with items as {@code id#index}, and what else its answer lacks
 */
public record EarlierRun(
        String name, String goal, String answer, String failure, List<Brought> brought, List<Missing> missing) {
    /** The most characters of a name: an input has this name, a dot and the id of a subtask. */
    public static final int MAX_NAME_CHARS = 32;

    public EarlierRun {
        if (!GraphNode.isValidId(name) || name.length() > MAX_NAME_CHARS) {
            throw new IllegalArgumentException(
                    "the name of an earlier run must be 1 to %d letters, digits, '_', '.' or '-', not %s"
                            .formatted(MAX_NAME_CHARS, Quoted.of(name)));
        }
        if (answer.isEmpty() == failure.isEmpty()) {
            throw new IllegalArgumentException("the earlier run '%s' must have an answer or a failure".formatted(name));
        }
        brought = List.copyOf(brought);
        missing = List.copyOf(missing);
    }

    /** Whether it has an answer, which is an input of its name. */
    public boolean hasAnswer() {
        return failure.isEmpty();
    }

    /**
     * An outcome of the run that is an input of the goal.
     *
     * @param input the name of the input
     * @param subtask the id of the subtask that it comes from
     * @param type the name of its type
     * @param description the description of its type
     * @param items the number of its items, of which the input has those that succeeded; 0 if it did not fan out
     * @param lacking the indexes of the items that did not succeed, ascending
     */
    public record Brought(
            String input, String subtask, String type, String description, int items, List<Integer> lacking) {
        public Brought {
            lacking = List.copyOf(lacking);
        }
    }

    /**
     * Text that is equal for runs of which a planner is told the same, save why something is missing: the words of a failure
     * may change whenever it is tried again. The answer and the outcomes are inputs, whose identity counts, too.
     */
    public List<String> identity() {
        var parts = new ArrayList<>(List.of(name, goal, answer.isEmpty() ? "failed" : "answered"));
        brought.forEach(each -> parts.addAll(List.of(
                each.input(),
                each.subtask(),
                each.type(),
                each.description(),
                "%d %s".formatted(each.items(), each.lacking()))));
        missing.forEach(each -> parts.add(each.subtaskId()));
        return parts;
    }
}
