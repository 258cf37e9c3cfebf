// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Journal;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class FileJournalContractTest extends JournalContract {
    @TempDir
    private Path directory;

    @Override
    protected Journal open() {
        return FileJournal.open(directory.resolve("run.journal"));
    }
}
