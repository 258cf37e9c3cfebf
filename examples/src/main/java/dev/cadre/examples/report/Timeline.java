// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.report;

import dev.cadre.examples.report.RunHistory.Session;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The time that a run took, without that between its sessions: in milliseconds from its start. */
final class Timeline {
    private final List<Session> sessions;
    private final List<Long> offsets = new ArrayList<>();
    private final long length;

    Timeline(RunHistory run) {
        sessions = run.sessions();
        long at = 0;
        for (Session session : sessions) {
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
        int index = 0;
        while (index + 1 < sessions.size()
                && !moment.isBefore(sessions.get(index + 1).began())) {
            index++;
        }
        Session session = sessions.get(index);
        long inside = Math.min(millis(session.began(), moment), millis(session.began(), session.last()));
        return offsets.get(index) + inside;
    }

    private static long millis(Instant from, Instant to) {
        return Math.max(0, Duration.between(from, to).toMillis());
    }
}
