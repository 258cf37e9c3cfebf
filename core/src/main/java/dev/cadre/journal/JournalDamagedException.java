// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import java.nio.file.Path;

/** A line of the file is not what was written, or the file is no journal; nothing was changed. */
public final class JournalDamagedException extends JournalException {
    private static final long serialVersionUID = 1L;

    private final long line;

    JournalDamagedException(Path path, long line, String what) {
        super(path, "journal %s is damaged at line %d: %s".formatted(path, line, what), null);
        this.line = line;
    }

    /** The number of the first damaged line, from 1. */
    public long line() {
        return line;
    }
}
