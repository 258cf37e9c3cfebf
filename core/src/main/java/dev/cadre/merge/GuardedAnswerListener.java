// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import dev.cadre.redact.FaultLog;

/** A listener that passes texts to another one and logs its exceptions instead of rethrowing them. */
record GuardedAnswerListener(AnswerListener listener, FaultLog log) implements AnswerListener {
    @Override
    public void on(AnswerText text) {
        try {
            listener.on(text);
        } catch (Throwable e) { // errors too, as those of run listeners
            log.warn("answer listener " + listener.getClass().getName(), e);
        }
    }
}
