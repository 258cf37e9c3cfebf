// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import dev.cadre.json.JsonException;
import dev.cadre.task.Failure;

/** The code of the user that makes the attachments of an input threw. */
final class UnattachableException extends JsonException {
    private static final long serialVersionUID = 1L;

    private final transient Failure failure;

    UnattachableException(String type, Throwable thrown) {
        this(Failure.thrown(
                Failure.Kind.INVALID_INPUT, thrown, "the code that attaches to subtask type '%s'".formatted(type)));
        initCause(thrown);
    }

    private UnattachableException(Failure failure) {
        super(failure.message());
        this.failure = failure;
    }

    Failure failure() {
        return failure;
    }
}
