// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

/**
 * What a record is about: a subtask of a run, or one item of it.
 *
 * @param item the index of the item, or {@link #WHOLE}
 */
public record JournalKey(String run, String subtask, int item) {
    /** In place of an index: the subtask itself, not one of its items. */
    public static final int WHOLE = -1;

    /** In place of an index, in a bulk, which has no fan-outs: a call that several items share, this one the first. */
    public static final int SHARED = 0;

    public JournalKey {
        if (run.isEmpty() || subtask.isEmpty() || item < WHOLE) {
            throw new IllegalArgumentException(
                    "not a journal key: run='%s', subtask='%s', item=%d".formatted(run, subtask, item));
        }
    }

    /** Whether it is about an item of a fan-out. */
    public boolean isItem() {
        return item != WHOLE;
    }

    /** A subtask that does not fan out, or the whole of one that does. */
    public static JournalKey of(String run, String subtask) {
        return new JournalKey(run, subtask, WHOLE);
    }

    @Override
    public String toString() {
        return item == WHOLE ? run + "/" + subtask : run + "/" + subtask + "[" + item + "]";
    }
}
