// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.search;

import java.util.List;

/**
 * How a question is going to be answered.
 *
 * @param words the words to rank by
 * @param symbols the names the question speaks of
 * @param subtasks in an order in which each comes after what it needs
 */
public record SearchPlan(Intent intent, List<String> words, List<String> symbols, List<Subtask> subtasks) {
    /** What kind of answer a question wants. */
    public enum Intent {
        /** The place of a quoted text, or of a name and nothing else. */
        EXACT,
        WHERE,
        CALLERS,
        HOW,
        CHANGE,
        HISTORY,
        LIST
    }

    /** One piece of work and its id within the plan, such as {@code t1}. */
    public record Subtask(String id, Work work) {}

    public SearchPlan {
        words = List.copyOf(words);
        symbols = List.copyOf(symbols);
        subtasks = List.copyOf(subtasks);
    }
}
