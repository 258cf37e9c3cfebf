// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A journal cannot be opened, read or written. */
public abstract sealed class JournalException extends RuntimeException {
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

    /** A line of the file is not what was written, or the file is no journal; nothing was changed. */
    public static final class Damaged extends JournalException {
        private static final long serialVersionUID = 1L;

        private final long line;

        Damaged(Path path, long line, String what) {
            super(path, "journal %s is damaged at line %d: %s".formatted(path, line, what), null);
            this.line = line;
        }

        /** The number of the first damaged line, from 1. */
        public long line() {
            return line;
        }
    }

    /** The journal is open already, in this process or in another one; nothing was changed. */
    public static final class Locked extends JournalException {
        private static final long serialVersionUID = 1L;

        Locked(Path path, String holder) {
            super(path, "journal %s is open in %s".formatted(path, holder), null);
        }
    }

    /** A line was written by a newer version of the format than this one; nothing was changed. */
    public static final class NewerVersion extends JournalException {
        private static final long serialVersionUID = 1L;

        private final int version;

        NewerVersion(Path path, long line, int version, int known) {
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

    /**
     * An entry is not known to be durable, because writing failed.
     *
     * <p>The journal takes nothing more: after a failed write nobody can tell what the disk holds. Opening it again finds
     * out.
     */
    public static final class WriteFailed extends JournalException {
        private static final long serialVersionUID = 1L;

        WriteFailed(Path path, Throwable cause) {
            super(path, "journal %s cannot be written: %s".formatted(path, cause), cause);
        }
    }
}
