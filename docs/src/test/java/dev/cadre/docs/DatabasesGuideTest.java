// SPDX-License-Identifier: Apache-2.0
package dev.cadre.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.docs.Pets.Brief;
import dev.cadre.docs.Pets.Note;
import dev.cadre.docs.Pets.Notes;
import dev.cadre.jdbc.JdbcJournals;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Journal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.pool.ModelPools;
import dev.cadre.task.Input;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.ScriptedModel;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabasesGuideTest {
    @TempDir
    private Path folder;

    private static RunResult<Brief> run(DataSource dataSource, ModelPools models, TaskGraph<Brief> brief)
            throws InterruptedException {
        // region database-journal
        var journals = JdbcJournals.in(dataSource);
        journals.createTables(); // or run journal.sql of the artifact
        RunResult<Brief> result;
        try (Journal journal = journals.open("pets")) {
            result = Coordinator.of(models).journal(journal).run(brief, Budget.usd("0.05"));
        }
        // endregion
        return result;
    }

    private static void export(JdbcJournals journals, Path path) throws IOException {
        // region database-export
        try (OutputStream file = Files.newOutputStream(path)) {
            journals.export("pets", file);
        }
        // endregion
    }

    @Test
    void runInADatabase_isResumed_andExportedAsAFile() throws Exception {
        var dataSource = new JdbcDataSource();
        dataSource.setURL("jdbc:h2:file:" + folder.resolve("db"));
        dataSource.setUser("sa");
        var model = new ScriptedModel();
        model.on(Pets.NOTE).replies(new Note("They purr."));
        model.on(Pets.BRIEF).replies(new Brief("Pets make noise."));
        var pets = TaskGraph.builder();
        var cats = pets.add("cats", Pets.NOTE, "cats");
        var dogs = pets.add("dogs", Pets.NOTE, "dogs");
        var brief = pets.answering(pets.add("brief", Pets.BRIEF, Input.from(cats, dogs, Notes::new)));

        var first = run(dataSource, model.pools(), brief);
        var again = run(dataSource, model.pools(), brief);

        assertThat(first.requireComplete()).isEqualTo(new Brief("Pets make noise."));
        assertThat(again.requireComplete()).isEqualTo(first.requireComplete());
        assertThat(model.calls()).hasSize(3);
        Path file = folder.resolve("pets.journal");
        export(JdbcJournals.in(dataSource), file);
        var ended = new ArrayList<JournalEntry>();
        FileJournal.read(file, line -> {
            if (line.entry() instanceof JournalEntry.Ended) {
                ended.add(line.entry());
            }
        });
        assertThat(ended).hasSize(3);
    }
}
