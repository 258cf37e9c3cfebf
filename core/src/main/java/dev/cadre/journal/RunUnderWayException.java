// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

/** A session of this run is under way in the journal already; nothing was called, written or spent. */
public final class RunUnderWayException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    private final String run;

    public RunUnderWayException(String run) {
        super("run %s is under way in this journal already".formatted(run));
        this.run = run;
    }

    /** The id of the run. */
    public String run() {
        return run;
    }
}
