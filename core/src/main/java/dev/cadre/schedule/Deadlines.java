// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import java.time.Duration;

/**
 * The times at which a run is cut.
 *
 * @param workNanos when workers are interrupted
 * @param runNanos when the merge is interrupted; not before {@code workNanos}
 * @param cancelGraceNanos how long code that is interrupted because the run is cancelled may take to end, at most
 */
public record Deadlines(long workNanos, long runNanos, long cancelGraceNanos) {
    /** How long interrupted code may take to end before it is left behind. */
    public static final Duration GRACE = Duration.ofMillis(700);

    /** The time of a merge that begins when the run's time is up already: enough for plain code. */
    private static final long LATE_MERGE_NANOS = Duration.ofMillis(150).toNanos();

    /** How long after the end of its time a run may still return. */
    private static final long OVERTIME_NANOS = Duration.ofMillis(950).toNanos();

    /** The least grace, and how long the grace goes on after the last end of other interrupted code. */
    static final long LEAST_GRACE_NANOS = Duration.ofMillis(50).toNanos();

    /** The times of an outermost run. */
    public Deadlines(long workNanos, long runNanos) {
        this(workNanos, runNanos, GRACE.toNanos());
    }

    /**
     * The same for a run that is nested so deep: the run around it, which cancels it, leaves it behind after a grace of its
     * own, and must hear before what the nested one leaves behind.
     */
    public Deadlines nested(int depth) {
        long grace = GRACE.toNanos();
        for (int level = 0; level < depth && grace > LEAST_GRACE_NANOS; level++) {
            grace = Math.max(LEAST_GRACE_NANOS, grace / 8 * 5); // that of a tool between them is in between, too
        }
        return new Deadlines(workNanos, runNanos, grace);
    }

    /** The times of a run that has no merge. */
    public static Deadlines at(long nanos) {
        return new Deadlines(nanos, nanos);
    }

    /** When a merge that begins now is interrupted. */
    public long mergeUntil(long now) {
        return Math.max(runNanos, now + LATE_MERGE_NANOS);
    }

    /** When code that is interrupted now is left behind. */
    public long leaveAt(long now) {
        return Math.min(now + GRACE.toNanos(), leaveAtLatest(now));
    }

    /** The same if the grace is longer, because others that were interrupted, too, are still ending one by one. */
    long leaveAtLatest(long now) {
        return Math.max(now + LEAST_GRACE_NANOS, runNanos + OVERTIME_NANOS);
    }

    /** When a strand is left behind, given when one of them ended last. */
    long leaveAt(ThreadedWork strand, long lastEndNanos) {
        return Math.min(strand.leaveAtLatestNanos, Math.max(strand.leaveAtNanos, lastEndNanos + LEAST_GRACE_NANOS));
    }
}
