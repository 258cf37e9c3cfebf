// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cache;

import dev.cadre.journal.Fingerprint;
import dev.cadre.price.Money;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** What the tests of caches keep and find, and a clock that they set. */
final class Entries {
    static final Fingerprint A = Fingerprint.of("a");
    static final Fingerprint B = Fingerprint.of("b");
    static final Fingerprint C = Fingerprint.of("c");

    private Entries() {}

    static CachedOutcome outcome(String fact) {
        return new CachedOutcome("{\"fact\":\"%s\"}".formatted(fact), Money.usd("0.000825"));
    }

    static final class SetClock implements InstantSource {
        private Instant now = Instant.parse("2026-11-30T12:00:00Z");

        @Override
        public Instant instant() {
            return now;
        }

        void pass(Duration time) {
            now = now.plus(time);
        }
    }
}
