// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import dev.cadre.cache.CachedOutcome;
import dev.cadre.cache.OutcomeCache;
import dev.cadre.journal.Fingerprint;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A cache without limits, which counts what it is asked. Every outcome is three hours old. */
final class WatchedCache implements OutcomeCache {
    static final Duration AGE = Duration.ofHours(3);

    final Map<Fingerprint, CachedOutcome> kept = new ConcurrentHashMap<>();
    final AtomicInteger asked = new AtomicInteger();
    final AtomicInteger keeps = new AtomicInteger();

    @Override
    public Optional<Hit> find(Fingerprint work) {
        asked.incrementAndGet();
        return Optional.ofNullable(kept.get(work)).map(outcome -> new Hit(outcome, AGE));
    }

    @Override
    public void keep(Fingerprint work, CachedOutcome outcome) {
        keeps.incrementAndGet();
        kept.put(work, outcome);
    }
}
