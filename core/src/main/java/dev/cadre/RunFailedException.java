// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.task.RunFailure;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A run that was required to be complete and is not. */
public final class RunFailedException extends RuntimeException {
    private final @Nullable RunFailure failure;

    RunFailedException(String message, @Nullable Throwable cause) {
        super(message, cause);
        this.failure = null;
    }

    private RunFailedException(RunFailure failure) {
        super(failure.toString(), failure.cause().orElse(null));
        this.failure = failure;
    }

    static RunFailedException of(RunFailure failure) {
        return new RunFailedException(failure);
    }

    /** Why there is no answer; empty if the run was partial. */
    public Optional<RunFailure> failure() {
        return Optional.ofNullable(failure);
    }
}
