// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cache;

import dev.cadre.journal.Fingerprint;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** A cache in memory: least recently used first out. Its lock is held for a look-up in a map and no longer. */
final class MemoryCache implements OutcomeCache {
    private record Kept(CachedOutcome outcome, Instant made) {}

    private final int maxEntries;
    private final Duration maxAge;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Fingerprint, Kept> entries;

    MemoryCache(int maxEntries, Duration maxAge, InstantSource clock) {
        if (maxEntries < 1 || !maxAge.isPositive()) {
            throw new IllegalArgumentException("a cache needs room for an entry and an age above zero, not %d and %s"
                    .formatted(maxEntries, maxAge));
        }
        this.maxEntries = maxEntries;
        this.maxAge = maxAge;
        this.clock = clock;
        entries = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Fingerprint, Kept> eldest) {
                return size() > MemoryCache.this.maxEntries;
            }
        };
    }

    @Override
    public Optional<Hit> find(Fingerprint work) {
        Instant now = clock.instant();
        lock.lock();
        try {
            Kept entry = entries.get(work);
            if (entry == null) {
                return Optional.empty();
            }
            Optional<Duration> age = EntryAge.of(entry.made, now, maxAge);
            if (age.isEmpty()) {
                entries.remove(work);
            }
            return age.map(time -> new Hit(entry.outcome, time));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void keep(Fingerprint work, CachedOutcome outcome) {
        var entry = new Kept(outcome, clock.instant());
        lock.lock();
        try {
            entries.put(work, entry);
        } finally {
            lock.unlock();
        }
    }
}
