// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

/** A replayed trial made a call that its recording does not have: it goes further than the recorded one did. */
final class NotRecordedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    NotRecordedException(String message) {
        super(message);
    }
}
