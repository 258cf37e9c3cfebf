// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.journal.FileJournal;
import dev.cadre.journal.JournalException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/** Opens what {@code --journal} names. */
final class Journals {
    private Journals() {}

    /** The file of a journal, and the one beside it while it is open. */
    static List<Path> places(Path journal) {
        return List.of(journal, FileJournal.lockOf(journal));
    }

    /** Creates the file, or opens it to go on with it. The caller closes it. */
    static FileJournal open(Path file) throws UsageException {
        try {
            return FileJournal.open(file);
        } catch (JournalException | UncheckedIOException e) {
            throw new UsageException("bad_journal", "--journal: " + e.getMessage());
        }
    }
}
