// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

/** The outcomes could not be made into an answer. */
public final class MergeFailedException extends RuntimeException {
    public MergeFailedException(String message) {
        super(message);
    }

    public MergeFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
