// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import org.jspecify.annotations.Nullable;

/** A virtual thread of a run, and since when it should have ended. */
final class Strand {
    final String label;
    final Thread thread;
    final @Nullable RungId rung;
    /** The time after which it is left behind; {@link Long#MAX_VALUE} unless it was interrupted. */
    long abandonAtNanos = Long.MAX_VALUE;

    Strand(String label, Thread thread, @Nullable RungId rung) {
        this.label = label;
        this.thread = thread;
        this.rung = rung;
    }

    void interrupt(long abandonAtNanos) {
        if (!isInterrupted()) {
            this.abandonAtNanos = abandonAtNanos;
        }
        thread.interrupt();
    }

    boolean isInterrupted() {
        return abandonAtNanos != Long.MAX_VALUE;
    }
}
