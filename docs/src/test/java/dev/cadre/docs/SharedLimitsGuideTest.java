// SPDX-License-Identifier: Apache-2.0
package dev.cadre.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.docs.Pets.Brief;
import dev.cadre.docs.Pets.Note;
import dev.cadre.docs.Pets.Notes;
import dev.cadre.jdbc.JdbcLimitStore;
import dev.cadre.model.ModelClient;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.pool.SharedLimits;
import dev.cadre.task.Input;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.ScriptedModel;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the snippets about shared rate limits of docs/databases.md, those in SQL, too. */
class SharedLimitsGuideTest {
    @TempDir
    Path directory;

    private final ScriptedModel model = new ScriptedModel();
    private JdbcDataSource dataSource;
    private Connection open;

    @BeforeEach
    void createTables() throws SQLException {
        dataSource = new JdbcDataSource();
        dataSource.setURL("jdbc:h2:file:" + directory.resolve("db"));
        open = dataSource.getConnection();
        JdbcLimitStore.in(dataSource).createTables();
    }

    @AfterEach
    void close() throws SQLException {
        open.close();
    }

    private TaskGraph<Brief> graph() {
        model.on(Pets.NOTE).costing(1_000, 400).replies(new Note("noted"));
        model.on(Pets.BRIEF).costing(1_000, 400).replies(new Brief("noted twice"));
        var builder = TaskGraph.builder();
        var cats = builder.add("cats", Pets.NOTE, "cats");
        var dogs = builder.add("dogs", Pets.NOTE, "dogs");
        return builder.answering(builder.add("brief", Pets.BRIEF, Input.from(cats, dogs, Notes::new)));
    }

    private RunResult<Brief> run(TaskGraph<Brief> graph, ModelClient client) throws InterruptedException {
        // region limits-shared
        JdbcLimitStore store = JdbcLimitStore.in(dataSource); // a pool of connections
        try (SharedLimits shared = SharedLimits.open(store, "openai-main/gpt-5.4-nano")) {
            ModelPool nano = ModelPool.builder(client, "gpt-5.4-nano")
                    .requestsPerMinute(5_000) // of the account, not of this process
                    .sharedLimits(shared)
                    .build();
            return Coordinator.of(ModelPools.of(nano)).run(graph, Budget.usd("0.25"));
        }
        // endregion
    }

    @Test
    void run_withSharedLimits() throws Exception {
        RunResult<Brief> result = run(graph(), model);

        assertThat(result.requireComplete()).isEqualTo(new Brief("noted twice"));
        assertThat(first("SELECT name, holders FROM cadre_limit_status"))
                .containsExactly("openai-main/gpt-5.4-nano", "0");
    }

    @Test
    void statementsOfThePage_areUnderstood() throws Exception {
        var statements = new ArrayList<String>();
        for (var document : Documents.all()) {
            if (document.toString().endsWith("databases.md")) {
                document.blocks("sql").stream()
                        .filter(block -> block.contains("cadre_limit"))
                        .forEach(block -> statements.addAll(List.of(block.split(";"))));
            }
        }
        statements.removeIf(String::isBlank);
        assertThat(statements).hasSize(2);
        for (String statement : statements) {
            assertThat(first(statement)).isEmpty();
        }
    }

    private List<String> first(String sql) throws SQLException {
        try (Statement statement = open.createStatement();
                var found = statement.executeQuery(sql)) {
            var row = new ArrayList<String>();
            if (found.next()) {
                for (int i = 1; i <= found.getMetaData().getColumnCount(); i++) {
                    row.add(found.getString(i));
                }
            }
            return row;
        }
    }
}
