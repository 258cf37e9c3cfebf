// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.event.RunEvent;
import dev.cadre.model.CallPurpose;
import dev.cadre.price.Spend;
import dev.cadre.schedule.RunCommand;
import dev.cadre.schedule.RungId;
import dev.cadre.task.Failure;
import dev.cadre.worker.RungEnd;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How often the rungs of a run were lost, or came back without having been performed, and when that is too often. What was in
 * flight is tried again, as by a session that goes on after a crash, unless it may have had effects. Pure; belongs to a
 * workflow.
 */
final class Losses {
    /** How often a rung is begun of which nobody knows what it did. */
    private static final int MOST_LOSSES = 3;
    /** How often a rung is scheduled whose worker leaves, or has not begun it. */
    private static final int MOST_RETURNS = 20;

    // only ever looked up, never iterated
    private final Map<RungId, Integer> losses = new HashMap<>();
    private final Map<RungId, Integer> returns = new HashMap<>();

    /** Nobody knows what it did. Empty if it is to be begun again, else its end. */
    Optional<RungEnd> lost(RunCommand.StartRung rung, String why) {
        return count(rung, why, losses, MOST_LOSSES);
    }

    /** It was not performed, or broken off for no reason of the run. Empty if it is to be begun again, else its end. */
    Optional<RungEnd> returned(RunCommand.StartRung rung, String why) {
        return count(rung, why, returns, MOST_RETURNS);
    }

    private static Optional<RungEnd> count(
            RunCommand.StartRung rung, String why, Map<RungId, Integer> counts, int most) {
        int times = counts.merge(rung.id(), 1, Integer::sum);
        if (rung.type().hasEffects()) {
            return failed(Failure.Kind.EFFECT_UNKNOWN, "%s, and a tool that writes may have run".formatted(why));
        }
        if (times < most) {
            return Optional.empty();
        }
        Failure.Kind kind = rung.type().isModelWork() ? Failure.Kind.MODEL_FAILED : Failure.Kind.CODE_FAILED;
        return failed(kind, "%s, %d times".formatted(why, times));
    }

    private static Optional<RungEnd> failed(Failure.Kind kind, String why) {
        return Optional.of(RungEnd.Failed.of(new Failure(kind, why)));
    }

    /** Whether it may have begun before. */
    boolean hasBegun(RungId id) {
        return losses.containsKey(id) || returns.containsKey(id);
    }

    /** The line of a report of a rung that was lost. */
    static String note(RunCommand.StartRung rung, String why, Spend forfeited) {
        return "the activity of '%s' was lost: %s; it is booked at its allotment, %s"
                .formatted(rung.id().label(), why, forfeited.total());
    }

    /** The event of a rung that was lost: a call of unknown cost. */
    static RunEvent forfeit(String runId, Duration at, RunCommand.StartRung rung, Spend forfeited, String why) {
        String asked = rung.type().name();
        var call = new RunEvent.Call(
                rung.type().isModelWork() ? CallPurpose.Kind.WORK : CallPurpose.Kind.CODE,
                rung.id().label(),
                rung.tier(),
                asked,
                asked);
        var end = new RunEvent.CallEnd.Failed("ActivityLost", why);
        var times = new RunEvent.CallTimes(Duration.ZERO, Duration.ZERO);
        return new RunEvent.AttemptEnded(runId, at, call, end, forfeited, times);
    }
}
