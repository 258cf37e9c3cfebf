// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.event.RunEvent;
import dev.cadre.price.Money;
import dev.cadre.schedule.RunEnding;
import java.time.Duration;
import java.util.Locale;

/** The end of a run in its workflow. */
final class RunEnds {
    private RunEnds() {}

    /** Tells whoever hears that the run has ended, and returns its result as it travels. */
    static <R> Wire.Ended conclude(RunFrame<R> frame, Asked<R> asked, RunEnding end, Marks marks) {
        String status = end.status().name();
        Money spent = frame.money().spent().total();
        Duration took = frame.sinceStart();
        frame.tally().state(status);
        frame.tell(new RunEvent.RunEnded(frame.runId(), took, status.toLowerCase(Locale.ROOT), spent));
        marks.ended(status, spent);
        return Results.of(frame.parts().result(end, frame.money().spent(), frame.limit(), took), end, asked);
    }
}
