// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.schedule.RunCommand;
import dev.cadre.task.Failure;
import dev.cadre.worker.RungEnd;
import java.util.Optional;

/** Counts how often one piece of work was begun and came to nothing. Belongs to a workflow. */
final class Trials {
    /** How often work is begun of which nobody knows what it did. */
    private static final int MOST_LOSSES = 3;
    /** How often work is scheduled whose worker leaves, or has not begun it. */
    private static final int MOST_RETURNS = 20;

    private int losses;
    private int returns;

    /** It came back without having been done; false if that was once too often. */
    boolean returned() {
        returns++;
        return returns < MOST_RETURNS;
    }

    /** It is lost; false if that was once too often. */
    boolean lost() {
        losses++;
        return losses < MOST_LOSSES;
    }

    boolean hasBegun() {
        return losses + returns > 0;
    }

    /**
     * The end of a rung that came to nothing; empty if it is to be begun again, as by a session that goes on after a crash.
     *
     * @param isToBeTried what {@link #returned} or {@link #lost} said
     * @param mayHaveWritten whether a tool that writes may have run
     */
    Optional<RungEnd> end(RunCommand.StartRung rung, String why, boolean isToBeTried, boolean mayHaveWritten) {
        if (mayHaveWritten) {
            return failed(Failure.Kind.EFFECT_UNKNOWN, "%s, and a tool that writes may have run".formatted(why));
        }
        if (isToBeTried) {
            return Optional.empty();
        }
        Failure.Kind kind = rung.type().isModelWork() ? Failure.Kind.MODEL_FAILED : Failure.Kind.CODE_FAILED;
        return failed(kind, "%s, %d times".formatted(why, Math.max(losses, returns)));
    }

    private static Optional<RungEnd> failed(Failure.Kind kind, String why) {
        return Optional.of(RungEnd.Failed.of(new Failure(kind, why)));
    }
}
