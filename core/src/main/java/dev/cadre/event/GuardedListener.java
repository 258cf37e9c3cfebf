// SPDX-License-Identifier: Apache-2.0
package dev.cadre.event;

import dev.cadre.redact.FaultLog;

/** A listener that passes events to another one and logs its exceptions instead of rethrowing them. */
final class GuardedListener implements RunListener {
    private final RunListener listener;
    private final FaultLog log;

    GuardedListener(RunListener listener, FaultLog log) {
        this.listener = listener;
        this.log = log;
    }

    @Override
    public void on(RunEvent event) {
        try {
            listener.on(event);
        } catch (Throwable e) { // errors too, such as those of a library in a wrong version
            log.warn("run listener " + listener.getClass().getName(), e);
        }
    }

    @Override
    public RunListener guarded() {
        return this;
    }
}
