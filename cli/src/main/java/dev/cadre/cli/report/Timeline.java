// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.report;

import dev.cadre.cli.report.RunHistory.Session;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The time that a run took, without that between its sessions: in milliseconds from its start. */
final class Timeline {
    private final List<Session> sessions;
    private final List<Long> offsets = new ArrayList<>();

    /** When each session behind the first had begun, or one before it: in order, whatever the clock did. */
    private final List<Instant> begun = new ArrayList<>();

    private final long length;

    Timeline(RunHistory run) {
        sessions = run.sessions();
        long at = 0;
        for (Session session : sessions) {
            if (!offsets.isEmpty()) {
                boolean isLater = begun.isEmpty() || session.began().isAfter(begun.getLast());
                begun.add(isLater ? session.began() : begun.getLast());
            }
            offsets.add(at);
            at += millis(session.began(), session.last());
        }
        length = at;
    }

    /** How long all sessions took together. */
    long length() {
        return length;
    }

    /** Where the second and later sessions begin. */
    List<Long> resumed() {
        return offsets.subList(1, offsets.size());
    }

    /** The place of a moment; one that lies in no session is moved into one, as when the wall clock was set back. */
    long at(Instant moment) {
        int index = sessionOf(moment);
        Session session = sessions.get(index);
        long inside = Math.min(millis(session.began(), moment), millis(session.began(), session.last()));
        return offsets.get(index) + inside;
    }

    /** The last session before the first that had not begun. */
    private int sessionOf(Instant moment) {
        int low = 0;
        int high = begun.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (moment.isBefore(begun.get(middle))) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    private static long millis(Instant from, Instant to) {
        return Math.max(0, Duration.between(from, to).toMillis());
    }
}
