// SPDX-License-Identifier: Apache-2.0
package dev.cadre.record;

/** A value that no journal can take: it is too large, nested too deep, or could not be read again. */
public final class UnrecordableException extends Exception {
    private static final long serialVersionUID = 1L;

    UnrecordableException(RuntimeException why) {
        super("it cannot be recorded: " + why.getMessage(), why);
    }
}
