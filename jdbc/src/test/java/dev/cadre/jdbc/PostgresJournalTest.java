// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import dev.cadre.journal.Journal;
import dev.cadre.testing.JournalContract;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RequiresPostgres.class)
class PostgresJournalTest extends JournalContract {
    private JdbcJournals journals;

    @BeforeEach
    void createTables() {
        journals = JdbcJournals.in(TestPostgres.shared().newSchema());
        journals.createTables();
    }

    @Override
    protected Journal open() {
        return journals.open("labels");
    }
}
