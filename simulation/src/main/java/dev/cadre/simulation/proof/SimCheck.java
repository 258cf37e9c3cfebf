// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

/** The promises that a simulated world is held to. */
final class SimCheck {
    private SimCheck() {}

    /** Fails unless the promise holds. */
    @SuppressWarnings("AnnotateFormatMethod") // its annotation would be a dependency of this module
    static void that(boolean holds, String promise, Object... figures) {
        if (!holds) {
            throw new IllegalStateException(promise.formatted(figures));
        }
    }
}
