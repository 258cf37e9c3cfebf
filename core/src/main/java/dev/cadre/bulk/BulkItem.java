// SPDX-License-Identifier: Apache-2.0
package dev.cadre.bulk;

import dev.cadre.price.Spend;
import dev.cadre.task.Origin;
import dev.cadre.task.Outcome;
import java.util.function.UnaryOperator;

/**
 * One input of a bulk run, ended.
 *
 * @param index its place in the stream, from 0
 * @param key its name; the index unless inputs are keyed
 * @param spend what it cost in this run
 * @param origin the source of its outcome
 */
public record BulkItem<O>(long index, String key, Outcome<O> outcome, Spend spend, Origin origin) {
    BulkItem<O> maskedBy(UnaryOperator<String> masker) {
        return outcome.isSucceeded() ? this : new BulkItem<>(index, key, outcome.maskedBy(masker), spend, origin);
    }

    /** Whether it was taken from the journal. */
    public boolean reused() {
        return origin instanceof Origin.Journaled;
    }

    /** Whether it was taken from an outcome cache. */
    public boolean fromCache() {
        return origin instanceof Origin.Cached;
    }

    /** One line: {@code item 3 'T-17': Succeeded[…], $0.0007 for 1 call (1000 tokens in, 400 out)}. */
    @Override
    public String toString() {
        return "item %d '%s': %s, %s"
                .formatted(
                        index,
                        key,
                        outcome,
                        switch (origin) {
                            case Origin.Session session -> spend;
                            case Origin.Journaled journaled -> "from the journal";
                            case Origin.Cached cached -> cached;
                        });
    }
}
