// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import dev.cadre.journal.Journal;
import dev.cadre.testing.JournalContract;
import java.nio.file.Path;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class H2JournalTest extends JournalContract {
    @TempDir
    private Path directory;

    private JdbcJournals journals;

    @BeforeEach
    void createTables() {
        var source = new JdbcDataSource();
        source.setURL("jdbc:h2:file:" + directory.resolve("db"));
        source.setUser("sa");
        journals = JdbcJournals.in(source);
        journals.createTables();
    }

    @Override
    protected Journal open() {
        return journals.open("labels");
    }
}
