// SPDX-License-Identifier: Apache-2.0
package dev.cadre.event;

import dev.cadre.redact.FaultLog;

/** Is told what happens in a run, in order. */
@FunctionalInterface
public interface RunListener {
    /** Hears nothing. */
    RunListener SILENT = event -> {};

    /**
     * Called one event at a time: the first and the last on the thread that starts the run, the others on that thread,
     * too, or on a platform thread of the run if that is a virtual one. It must not block, because the run waits for it.
     * What it throws, errors included, is logged and changes nothing.
     */
    void on(RunEvent event);

    /** A listener that passes each event on to this one, and logs what it throws, errors included, instead of rethrowing. */
    default RunListener guarded() {
        return guarded(new FaultLog());
    }

    /** The same with a log of the caller's, which logs what this one throws once. */
    @SuppressWarnings("exports") // for the engine
    default RunListener guarded(FaultLog log) {
        return new GuardedListener(this, log);
    }

    /** A listener that tells this one, then the other. */
    default RunListener and(RunListener other) {
        return event -> {
            try {
                on(event);
            } finally {
                other.on(event);
            }
        };
    }
}
