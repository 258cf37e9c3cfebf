// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import java.nio.file.Path;

/** A line was written by a newer version of the format than this one; nothing was changed. */
public final class JournalVersionException extends JournalException {
    private static final long serialVersionUID = 1L;

    private final int version;

    JournalVersionException(Path path, long line, int version, int known) {
        super(
                path,
                "line %d of journal %s has format version %d, the newest known here is %d"
                        .formatted(line, path, version, known),
                null);
        this.version = version;
    }

    /** The version of that line. */
    public int version() {
        return version;
    }
}
