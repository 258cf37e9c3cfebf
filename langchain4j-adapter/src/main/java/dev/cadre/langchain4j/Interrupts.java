// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import dev.cadre.redact.Thrown;

/** Finds the interrupt behind an exception: LangChain4j's models wrap it, or throw it without declaring it. */
final class Interrupts {
    private Interrupts() {}

    /** Throws if the exception came of an interrupt, with the thread's flag cleared. */
    static void throwIfIn(Throwable thrown) throws InterruptedException {
        // whatever a model makes of its closed connection, an interrupted thread was cancelled
        boolean wasInterrupted = Thread.interrupted();
        if (wasInterrupted || Thrown.first(InterruptedException.class, thrown).isPresent()) {
            var interrupt = new InterruptedException("interrupted during the call");
            interrupt.initCause(thrown);
            throw interrupt;
        }
    }
}
