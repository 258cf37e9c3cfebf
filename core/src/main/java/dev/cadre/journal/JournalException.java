// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A journal cannot be opened, read or written. */
public abstract sealed class JournalException extends RuntimeException
        permits JournalDamagedException, JournalLockedException, JournalVersionException, JournalWriteException {
    private static final long serialVersionUID = 1L;

    private final transient Path path;

    JournalException(Path path, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.path = path;
    }

    /** The file. */
    public final Path path() {
        return path;
    }
}
