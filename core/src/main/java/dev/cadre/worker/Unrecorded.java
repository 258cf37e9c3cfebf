// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import dev.cadre.journal.UnrecordedException;
import dev.cadre.task.NestedRunException;
import java.util.Optional;

/**
 * Finds the failure of the journal behind a nested run that is recorded in it. Nothing of the run around it can be recorded
 * either, so that it ends, as if its own record had failed.
 */
final class Unrecorded {
    private Unrecorded() {}

    /** The failure of the journal; empty if code threw something else. */
    static Optional<UnrecordedException> in(Throwable thrown) {
        return thrown instanceof NestedRunException nested
                        && nested.getCause() instanceof UnrecordedException unrecorded
                ? Optional.of(unrecorded)
                : Optional.empty();
    }

    /** @throws UnrecordedException if that is behind what code threw */
    static void rethrow(Throwable thrown) {
        in(thrown).ifPresent(unrecorded -> {
            throw unrecorded;
        });
    }
}
