// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.event.RunEvent;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.Tier;
import dev.cadre.price.Spend;
import dev.cadre.schedule.RunCommand;
import java.time.Duration;

/**
 * What an activity was for that is lost.
 *
 * @param label of a subtask or item; empty for planner and merger
 * @param name for people
 */
record LostWork(CallPurpose.Kind kind, String label, Tier tier, String asked, String name) {
    static LostWork of(RunCommand.StartRung rung) {
        return new LostWork(
                rung.type().isModelWork() ? CallPurpose.Kind.WORK : CallPurpose.Kind.CODE,
                rung.id().label(),
                rung.tier(),
                rung.type().name(),
                "'%s'".formatted(rung.id().label()));
    }

    /** A call of unknown cost. */
    RunEvent event(String runId, Duration at, Spend forfeited, String why) {
        var call = new RunEvent.Call(kind, label, tier, asked, asked);
        var end = new RunEvent.CallEnd.Failed("ActivityLost", why);
        var times = new RunEvent.CallTimes(Duration.ZERO, Duration.ZERO);
        return new RunEvent.AttemptEnded(runId, at, call, end, forfeited, times);
    }

    /** The line of a report. */
    String note(String why, Spend forfeited) {
        return "the activity of %s was lost: %s; it is booked at its allotment, %s"
                .formatted(name, why, forfeited.total());
    }
}
