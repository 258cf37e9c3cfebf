// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import org.jspecify.annotations.Nullable;

/** A journal cannot be opened, read or written. */
public abstract sealed class JournalException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String journal;

    JournalException(String journal, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.journal = journal;
    }

    /** The journal: the path of its file, or its name. */
    public final String journal() {
        return journal;
    }

    /** A record is not what was written, or the file is no journal; nothing was changed. */
    public static final class Damaged extends JournalException {
        private static final long serialVersionUID = 1L;

        private final long line;

        Damaged(String journal, long line, String what) {
            super(journal, "journal %s is damaged at line %d: %s".formatted(journal, line, what), null);
            this.line = line;
        }

        /** The number of the first damaged line, from 1: of the file, or of what would be the file of another store. */
        public long line() {
            return line;
        }
    }

    /** The journal is open already, in this process or in another one; nothing was changed. */
    public static final class Locked extends JournalException {
        private static final long serialVersionUID = 1L;

        /**
         * For stores.
         *
         * @param holder as in "this process"
         */
        public Locked(String journal, String holder) {
            super(journal, "journal %s is open in %s".formatted(journal, holder), null);
        }
    }

    /** A line was written by a newer version of the format than this one; nothing was changed. */
    public static final class NewerVersion extends JournalException {
        private static final long serialVersionUID = 1L;

        private final int version;

        NewerVersion(String journal, long line, int version, int known) {
            super(
                    journal,
                    "line %d of journal %s has format version %d, the newest known here is %d"
                            .formatted(line, journal, version, known),
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
     * <p>The journal takes nothing more: after a failed write nobody can tell what is stored. Opening it again finds
     * out.
     */
    public static final class WriteFailed extends JournalException {
        private static final long serialVersionUID = 1L;

        WriteFailed(String journal, Throwable cause) {
            super(journal, "journal %s cannot be written: %s".formatted(journal, cause), cause);
        }
    }
}
