// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

/** Counts the rounds of a plan, and ends them when they are used up or bring nothing any more. */
final class RoundCount {
    /** So many rounds in a row without a success are taken for a planner that knows no other way. */
    private static final int FRUITLESS = 2;

    private final int most;
    private final int onRecord;
    private int current;
    private boolean closed;
    private int subtasksBefore;
    private long succeededBefore;
    private int fruitless;

    /**
     * A count of no rounds yet.
     *
     * @param onRecord how many belong to the plan already, whatever they bring
     */
    RoundCount(int most, int onRecord) {
        this.most = most;
        this.onRecord = onRecord;
    }

    /** The number of the round that is under way; 0 for the first plan. */
    int current() {
        return current;
    }

    /** Whether the next round is one that earlier sessions have added to the plan. */
    boolean isNextOnRecord() {
        return current < onRecord;
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
     * subtask succeeded in two rounds in a row. A round that is on record always begins.
     *
     * @param subtasks how many the plan has
     * @param succeeded how many subtasks and items succeeded
     */
    boolean begin(int subtasks, long succeeded) {
        if (current > 0) {
            fruitless = succeeded > succeededBefore ? 0 : fruitless + 1;
            closed |= subtasks == subtasksBefore || fruitless >= FRUITLESS;
        }
        if (!isNextOnRecord() && (closed || current >= most)) {
            return false;
        }
        current++;
        subtasksBefore = subtasks;
        succeededBefore = succeeded;
        return true;
    }
}
