// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import java.nio.file.Path;

/** The journal is open already, in this process or in another one; nothing was changed. */
public final class JournalLockedException extends JournalException {
    private static final long serialVersionUID = 1L;

    JournalLockedException(Path path, String holder) {
        super(path, "journal %s is open in %s".formatted(path, holder), null);
    }
}
