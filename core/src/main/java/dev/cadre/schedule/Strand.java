// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A thread of a run: of its planner, its merger or a rung. */
final class Strand {
    final String label;
    /** What it performs; null for planner and merger. */
    final RunCommand.@Nullable StartRung rung;

    /** The time after which it is left behind; {@link Long#MAX_VALUE} unless it was interrupted. */
    long leaveAtNanos = Long.MAX_VALUE;
    /** The same, at the latest. */
    long leaveAtLatestNanos = Long.MAX_VALUE;

    private @Nullable Thread thread;

    Strand(String label, RunCommand.@Nullable StartRung rung) {
        this.label = label;
        this.rung = rung;
    }

    void start(String name, Runnable work) {
        thread = rung == null ? RungThreads.virtual(name, work) : RungThreads.start(name, rung.type(), work);
    }

    Thread thread() {
        return Objects.requireNonNull(thread, "it was not started");
    }

    /** Interrupts it; the first time counts for its grace. */
    void interrupt(LocalRunner.Deadlines deadlines, long now) {
        if (leaveAtNanos == Long.MAX_VALUE) {
            leaveAtNanos = deadlines.leaveAt(now);
            leaveAtLatestNanos = deadlines.leaveAtLatest(now);
        }
        thread().interrupt();
    }
}
