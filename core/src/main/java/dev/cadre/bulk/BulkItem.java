// SPDX-License-Identifier: Apache-2.0
package dev.cadre.bulk;

import dev.cadre.price.Spend;
import dev.cadre.task.Outcome;

/**
 * One input of a bulk run, ended.
 *
 * @param index its place in the stream, from 0
 * @param key its name; the index unless inputs are keyed
 * @param spend what it cost in this run
 * @param reused whether it was taken from the journal
 */
public record BulkItem<O>(long index, String key, Outcome<O> outcome, Spend spend, boolean reused) {
    /** One line: {@code item 3 'T-17': Succeeded[…], $0.0007 for 1 call (1000 tokens in, 400 out)}. */
    @Override
    public String toString() {
        return "item %d '%s': %s, %s".formatted(index, key, outcome, reused ? "from the journal" : spend);
    }
}
