// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

/** Arguments that cannot be used; the message is one line that names the option, the value and what is allowed. */
final class UsageException extends Exception {
    private static final long serialVersionUID = 1;
    private final String kind;

    /** @param kind short name of the error for programs, such as {@code bad_argument} */
    UsageException(String kind, String message) {
        super(message);
        this.kind = kind;
    }

    String kind() {
        return kind;
    }
}
