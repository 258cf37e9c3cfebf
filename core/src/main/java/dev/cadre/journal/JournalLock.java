// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import dev.cadre.file.ProcessLock;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Keeps everybody else out of a journal, by a lock on a file beside it: anyone may read a journal, and on POSIX that would
 * drop a lock on the journal itself.
 */
final class JournalLock {
    private JournalLock() {}

    static Path of(Path journal) {
        return journal.resolveSibling(journal.getFileName() + ".lock");
    }

    /**
     * Takes the lock or fails at once.
     *
     * @param journal a real path
     */
    static ProcessLock take(Path journal) throws IOException {
        try {
            return ProcessLock.take(of(journal));
        } catch (ProcessLock.HeldException e) {
            throw new JournalException.Locked(journal.toString(), e.holder());
        }
    }
}
