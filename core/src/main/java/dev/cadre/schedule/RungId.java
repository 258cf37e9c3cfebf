// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

/**
 * One execution on one tier.
 *
 * @param item the index of the item, or -1 if the subtask does not fan out
 * @param rung 0 for the first, 1 after the first escalation
 */
public record RungId(String subtaskId, int item, int rung) {
    /** The subtask's id, with {@code #index} for an item. */
    public String label() {
        return item < 0 ? subtaskId : subtaskId + "#" + item;
    }
}
