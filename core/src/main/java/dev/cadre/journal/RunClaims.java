// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import java.util.HashSet;
import java.util.Set;

/** The runs that are under way in one journal. Safe for use by many threads; nothing in here waits. */
final class RunClaims {
    private final Set<String> runs = new HashSet<>();

    /** @throws RunUnderWayException if the run is claimed already */
    synchronized Journal.Claim claim(String run) {
        if (!runs.add(run)) {
            throw new RunUnderWayException(run);
        }
        return new Claim(run);
    }

    private synchronized void release(String run) {
        runs.remove(run);
    }

    private final class Claim implements Journal.Claim {
        private final String run;
        private boolean released;

        Claim(String run) {
            this.run = run;
        }

        @Override
        public synchronized void close() {
            if (!released) {
                released = true;
                release(run);
            }
        }
    }
}
