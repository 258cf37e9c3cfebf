// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import java.nio.file.Path;

/**
 * An entry is not known to be durable, because writing failed.
 *
 * <p>The journal takes nothing more: after a failed write nobody can tell what the disk holds. Opening it again finds
 * out.
 */
public final class JournalWriteException extends JournalException {
    private static final long serialVersionUID = 1L;

    JournalWriteException(Path path, Throwable cause) {
        super(path, "journal %s cannot be written: %s".formatted(path, cause), cause);
    }
}
