// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import org.jspecify.annotations.Nullable;

/** Finds the interrupt behind an exception: LangChain4j's models wrap it, or throw it without declaring it. */
final class Interrupts {
    /** Causes may run in a circle. */
    private static final int MAX_CAUSES = 20;

    private Interrupts() {}

    /** Throws if the exception came of an interrupt, with the thread's flag cleared. */
    static void throwIfIn(Throwable thrown) throws InterruptedException {
        // whatever a model makes of its closed connection, an interrupted thread was cancelled
        boolean wasInterrupted = Thread.interrupted();
        if (wasInterrupted || isCause(thrown)) {
            var interrupt = new InterruptedException("interrupted during the call");
            interrupt.initCause(thrown);
            throw interrupt;
        }
    }

    private static boolean isCause(Throwable thrown) {
        @Nullable Throwable cause = thrown;
        for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++) {
            if (cause instanceof InterruptedException) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }
}
