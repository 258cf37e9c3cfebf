// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import dev.cadre.price.Money;
import java.time.Duration;

/** The source of an outcome: the work of this session, the journal, or an outcome cache. */
public sealed interface Origin {
    /** The work of this session. */
    Origin SESSION = new Session();

    /** The journal of the run. */
    Origin JOURNAL = new Journaled();

    /**
     * The work of this session, or nothing at all, as for what was skipped. Races, quorums and repetitions have this, too: each
     * session joins again, without cost, what their members bring.
     */
    record Session() implements Origin {
        /** For people: {@code from this session}. */
        @Override
        public String toString() {
            return "from this session";
        }
    }

    /** The journal: an earlier session of the run did the work. */
    record Journaled() implements Origin {
        /** For people: {@code from the journal}. */
        @Override
        public String toString() {
            return "from the journal";
        }
    }

    /**
     * An outcome cache: another run did the work, or the same one before.
     *
     * @param age the time since the outcome was made, by the word of the cache; of several, the longest
     * @param saved what it cost then, by the word of the cache, and did not cost this run
     */
    record Cached(Duration age, Money saved) implements Origin {
        private static final Money MOST = Money.ofPico(Long.MAX_VALUE);

        /** What it saved together with what others did, as far as amounts go: a cache may say anything. */
        public Money savedBeside(Money others) {
            return saved.isMoreThan(MOST.minus(others)) ? MOST : others.plus(saved);
        }

        /** For people: {@code from the cache, 3 h old, saved $0.0007}. */
        @Override
        public String toString() {
            return "from the cache, %s old, saved %s".formatted(inWords(age), saved);
        }

        private static String inWords(Duration age) {
            if (age.toDays() > 0) {
                return age.toDays() + " d";
            }
            if (age.toHours() > 0) {
                return age.toHours() + " h";
            }
            return age.toMinutes() > 0 ? age.toMinutes() + " min" : age.toSeconds() + " s";
        }
    }
}
