// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import dev.cadre.json.JsonException;
import dev.cadre.task.Failure;

/** The code of the user that makes the attachments of an input threw. */
final class UnattachableException extends JsonException {
    private static final long serialVersionUID = 1L;

    private final transient Failure failure;

    UnattachableException(Failure failure) {
        super(failure.message());
        this.failure = failure;
        failure.cause().ifPresent(this::initCause);
    }

    Failure failure() {
        return failure;
    }
}
