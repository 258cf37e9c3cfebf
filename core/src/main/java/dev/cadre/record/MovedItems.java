// SPDX-License-Identifier: Apache-2.0
package dev.cadre.record;

import dev.cadre.journal.Fingerprint;
import dev.cadre.task.Outcome;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntFunction;

/**
 * The records of fan-outs whose items stand elsewhere than in an earlier session, as they do when an item of the list before
 * succeeds that had failed. The same work is found wherever it stood, and each record serves once: of equal items each has
 * an outcome of its own. Safe for use by many threads.
 */
public final class MovedItems {
    /** A record that serves no item any more: one has it, or this session writes it. */
    private record Used(String subtaskId, int place, Fingerprint work) {}

    private final int maxItems;
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<Used> used = new HashSet<>();

    /** @param maxItems how many items a fan-out may have */
    public MovedItems(int maxItems) {
        this.maxItems = maxItems;
    }

    /**
     * The outcome on record of an item, first at its own place.
     *
     * @param at the record of this very work at another place
     */
    public Optional<Outcome<Object>> recall(String subtaskId, int item, IntFunction<WorkRecord> at) {
        lock.lock();
        try {
            WorkRecord own = at.apply(item);
            Optional<Outcome<Object>> found = take(subtaskId, item, own);
            for (int place = 0; found.isEmpty() && place < maxItems; place++) {
                found = place == item ? found : take(subtaskId, place, at.apply(place));
                found.flatMap(Outcome::ifSucceeded).ifPresent(own::moved);
            }
            used.add(new Used(subtaskId, item, own.fingerprint()));
            return found;
        } finally {
            lock.unlock();
        }
    }

    private Optional<Outcome<Object>> take(String subtaskId, int place, WorkRecord work) {
        var record = new Used(subtaskId, place, work.fingerprint());
        if (used.contains(record)) {
            return Optional.empty();
        }
        Optional<Outcome<Object>> found = work.recall();
        found.ifPresent(outcome -> used.add(record));
        return found;
    }
}
