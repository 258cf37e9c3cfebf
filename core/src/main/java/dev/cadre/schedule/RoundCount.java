// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

/** Counts the rounds of a plan, and ends them when they are used up or bring nothing any more. */
final class RoundCount {
    /** So many rounds in a row without a success are taken for a planner that knows no other way. */
    private static final int FRUITLESS = 2;

    private final int most;
    private int current;
    private boolean closed;
    private int subtasksBefore;
    private long succeededBefore;
    private int fruitless;

    RoundCount(int most) {
        this.most = most;
    }

    /** The number of the round that is under way; 0 for the first plan. */
    int current() {
        return current;
    }

    /** Whether a further round is under way and has added subtasks. */
    boolean hasAdded(int subtasks) {
        return current > 0 && subtasks > subtasksBefore;
    }

    /** No further round begins. */
    void close() {
        closed = true;
    }

    /**
     * Begins another round, unless there is to be none: their number is used up, the last one added nothing, or no
     * subtask succeeded in two rounds in a row.
     *
     * @param subtasks how many the plan has
     * @param succeeded how many subtasks and items succeeded
     */
    boolean begin(int subtasks, long succeeded) {
        if (current > 0) {
            fruitless = succeeded > succeededBefore ? 0 : fruitless + 1;
            closed |= subtasks == subtasksBefore || fruitless >= FRUITLESS;
        }
        if (closed || current >= most) {
            return false;
        }
        current++;
        subtasksBefore = subtasks;
        succeededBefore = succeeded;
        return true;
    }
}
