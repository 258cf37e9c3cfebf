// SPDX-License-Identifier: Apache-2.0
package dev.cadre.record;

import dev.cadre.journal.Fingerprint;

/**
 * What an item of a fan-out is to its run: the same in every session, wherever it stands in the list, which moves when an item
 * of the list before succeeds that had failed.
 *
 * @param input a digest of its input
 * @param number which one it is among those of equal inputs, from 1
 * @param isKnown whether its input could be written; else it is called so in this session alone
 */
public record ItemName(String subtaskId, Fingerprint input, int number, boolean isKnown) {
    private static final int DIGITS = 16;

    /** The same text in every session: the id of the subtask, and what tells the item apart. */
    public String id() {
        return "%s#%s%s".formatted(subtaskId, input.hex().substring(0, DIGITS), number == 1 ? "" : "-" + number);
    }

    /** What tells the effect of the work apart from all others of the run: it is the same when a prompt or a model changes. */
    Fingerprint effect() {
        return of(Fingerprint.of("effect of an item", subtaskId, input.hex()));
    }

    /** What tells the work apart from that of other items, which may be the very same. */
    Fingerprint of(Fingerprint work) {
        return number == 1 ? work : Fingerprint.of(work.hex(), "no. " + number);
    }
}
