// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

/** A call that a {@link Cassette} or a {@link JournalCassette} holds nothing for; the message shows what comes nearest. */
public final class UnrecordedCallException extends RuntimeException {
    UnrecordedCallException(String message) {
        super(message);
    }
}
