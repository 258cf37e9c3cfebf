// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

/** Counts how often one piece of work was begun in vain. Belongs to a workflow. */
final class Trials {
    /** How often work is begun of which nobody knows what it did. */
    private static final int MOST_LOSSES = 3;
    /** How often work is scheduled whose worker leaves, or has not begun it. */
    private static final int MOST_RETURNS = 20;

    private int losses;
    private int returns;

    /** It came back without having been done; false if that was once too often. */
    boolean returned() {
        returns++;
        return returns < MOST_RETURNS;
    }

    /** It is lost; false if that was once too often. */
    boolean lost() {
        losses++;
        return losses < MOST_LOSSES;
    }

    boolean hasBegun() {
        return losses + returns > 0;
    }

    int losses() {
        return losses;
    }

    int returns() {
        return returns;
    }
}
