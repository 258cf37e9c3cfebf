// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

/** The interrupts of the thread that drives a run, which may be the caller's own. */
final class Interrupts {
    private Interrupts() {}

    /** Keeps an interrupt that came out of the user's code undeclared, for whoever waits next. */
    static void keep(Throwable thrown) {
        if (thrown instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
    }
}
