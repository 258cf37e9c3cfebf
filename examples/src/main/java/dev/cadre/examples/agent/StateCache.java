// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.agent;

import dev.cadre.cache.CachedOutcome;
import dev.cadre.cache.OutcomeCache;
import dev.cadre.journal.Fingerprint;
import java.util.Optional;

/** The part of a cache that belongs to one state of what tools read: work on another state is other work. */
record StateCache(OutcomeCache cache, Fingerprint state) implements OutcomeCache {
    @Override
    public Optional<Hit> find(Fingerprint work) throws InterruptedException {
        return cache.find(here(work));
    }

    @Override
    public void keep(Fingerprint work, CachedOutcome outcome) throws InterruptedException {
        cache.keep(here(work), outcome);
    }

    private Fingerprint here(Fingerprint work) {
        return Fingerprint.of(state.hex(), work.hex());
    }
}
