// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

import java.util.Locale;

/** Why a file of the repository is not searched. */
public enum SkipReason {
    /** A NUL in the first 8 KB, or no text behind the mark of UTF-16. */
    BINARY,
    /** Longer than {@link ReadLimits#maxFileBytes()}. */
    TOO_LARGE,
    /** A name that usually holds keys or passwords, or a text that holds what looks like a key. */
    SECRET,
    /** A link, or a path through one. */
    LINK,
    /** A folder, pipe, socket or device where a file was expected. */
    NOT_A_FILE,
    /** Cannot be opened or read, or is gone. */
    UNREADABLE,
    /** Beyond the number of files or bytes that one search reads. */
    OVER_LIMIT,
    /** Not reached before reading had to stop. */
    DEADLINE;

    /** Returns the lower-case form used in output, such as {@code too_large}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
