// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.schedule.RunCommand;
import dev.cadre.schedule.RungId;
import java.time.Duration;

/** What the activity of a rung is called, of whatever kind of run. */
final class RungCalls {
    private static final int SUMMARY_CHARS = 40;

    private RungCalls() {}

    static String key(RungId id) {
        return "%s/%d".formatted(id.label(), id.rung());
    }

    static Wire.Place place(RungId id) {
        return new Wire.Place(id.subtaskId(), id.item(), id.rung());
    }

    /** @param queue that of the run, of which the rung has one for its tier */
    static ActivityCalls.Call call(RunCommand.StartRung rung, String queue, Duration left) {
        return new ActivityCalls.Call(
                key(rung.id()),
                Contract.RUNG,
                Queues.of(queue, rung.type(), rung.tier()),
                left,
                "%s on %s".formatted(brief(rung.id().label()), rung.tier()));
    }

    /** A key of a user's may be long; a cluster takes 200 bytes. */
    private static String brief(String label) {
        return label.length() <= SUMMARY_CHARS ? label : label.substring(0, SUMMARY_CHARS) + "…";
    }
}
