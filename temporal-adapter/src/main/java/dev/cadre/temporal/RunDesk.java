// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.schedule.RunInput;

/** The way from the parts of a run back to the machine. */
interface RunDesk {
    /** Tells the machine, and carries out what it decides. */
    void take(RunInput input);

    /** Has something done in the next turn of the run. */
    void post(Runnable word);

    /** Tells the run in its next turn that an activity has ended, or something else from outside. */
    void feed(Wire.Fed fed);

    /** The time for workers is up, by the word of one of them. */
    void timeIsUp();
}
