// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.task.RunFailure;
import org.jspecify.annotations.Nullable;

/** Failures of runs as they travel. The exception behind one stays in its process. */
final class Faults {
    private Faults() {}

    static Wire.Fault of(RunFailure failure) {
        return new Wire.Fault(failure.kind().name(), failure.message(), failure.details());
    }

    /** @throws IllegalStateException if there is none */
    static RunFailure read(Wire.@Nullable Fault fault) {
        if (fault == null) {
            throw new IllegalStateException("a part of the run has failed, and does not say why");
        }
        return RunFailure.of(RunFailure.Kind.valueOf(fault.kind()), fault.message(), fault.details());
    }
}
