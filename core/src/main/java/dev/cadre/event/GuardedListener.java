// SPDX-License-Identifier: Apache-2.0
package dev.cadre.event;

import dev.cadre.model.Redactor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps what a listener throws from whoever tells it. */
final class GuardedListener implements RunListener {
    private static final Logger LOG = LoggerFactory.getLogger(RunListener.class);

    private final RunListener listener;

    GuardedListener(RunListener listener) {
        this.listener = listener;
    }

    @Override
    public void on(RunEvent event) {
        try {
            listener.on(event);
        } catch (RuntimeException | StackOverflowError e) {
            LOG.warn(
                    "a run listener threw on {}: {}",
                    event.getClass().getSimpleName(),
                    e.getClass().getName());
            LOG.trace("the listener's failure, which may quote a model", Redactor.SHAPES.clean(e));
        }
    }

    @Override
    public RunListener guarded() {
        return this;
    }
}
