// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import dev.cadre.redact.Redactor;

/** The outcomes could not be made into an answer. Keys are {@linkplain Redactor#SHAPES taken out} of the messages. */
public final class MergeFailedException extends RuntimeException {
    public MergeFailedException(String message) {
        super(Redactor.SHAPES.clean(message));
    }

    public MergeFailedException(String message, Throwable cause) {
        super(Redactor.SHAPES.clean(message), Redactor.SHAPES.clean(cause));
    }
}
