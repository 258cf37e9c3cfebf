// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing.worlds;

/** A promise did not hold in a world of files. */
final class WorldViolation extends AssertionError {
    private static final long serialVersionUID = 1;

    WorldViolation(String message) {
        super(message);
    }

    WorldViolation(String message, Throwable cause) {
        super(message, cause);
    }

    /** Fails unless the promise holds. */
    static void unless(boolean holds, String promise, Object... figures) {
        if (!holds) {
            throw new WorldViolation(promise.formatted(figures));
        }
    }
}
