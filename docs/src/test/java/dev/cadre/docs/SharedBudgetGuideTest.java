// SPDX-License-Identifier: Apache-2.0
package dev.cadre.docs;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.budget.SharedBudget;
import dev.cadre.budget.Sharing;
import dev.cadre.docs.Pets.Brief;
import dev.cadre.docs.Pets.Note;
import dev.cadre.docs.Pets.Notes;
import dev.cadre.jdbc.JdbcBudgetStore;
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

/** Runs the snippets about shared budgets of docs/budgets.md, those in SQL, too. */
class SharedBudgetGuideTest {
    @TempDir
    Path directory;

    private final ScriptedModel model = new ScriptedModel();
    private final Coordinator coordinator = Coordinator.of(model.pools());
    private JdbcDataSource dataSource;
    private Connection open;

    @BeforeEach
    void createTables() throws SQLException {
        dataSource = new JdbcDataSource();
        dataSource.setURL("jdbc:h2:file:" + directory.resolve("db"));
        open = dataSource.getConnection();
        JdbcBudgetStore.in(dataSource).createTables();
        for (String statement : sql()) {
            execute(statement);
        }
    }

    @AfterEach
    void close() throws SQLException {
        open.close();
    }

    private static List<String> sql() {
        var statements = new ArrayList<String>();
        for (var document : Documents.all()) {
            if (document.toString().endsWith("budgets.md")) {
                document.blocks("sql").forEach(block -> statements.addAll(List.of(block.split(";"))));
            }
        }
        assertThat(statements).hasSizeGreaterThan(5);
        return statements.stream().filter(statement -> !statement.isBlank()).toList();
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = open.createStatement()) {
            statement.execute(sql);
        }
    }

    private TaskGraph<Brief> graph() {
        model.on(Pets.NOTE).costing(1_000, 400).replies(new Note("noted"));
        model.on(Pets.BRIEF).costing(1_000, 400).replies(new Brief("noted twice"));
        var builder = TaskGraph.builder();
        var cats = builder.add("cats", Pets.NOTE, "cats");
        var dogs = builder.add("dogs", Pets.NOTE, "dogs");
        return builder.answering(builder.add("brief", Pets.BRIEF, Input.from(cats, dogs, Notes::new)));
    }

    private List<String> status() throws SQLException {
        try (Statement statement = open.createStatement();
                var found = statement.executeQuery(
                        "SELECT name, limit_usd, spent_usd, held_usd FROM cadre_budget_status" + " ORDER BY name")) {
            var rows = new ArrayList<String>();
            while (found.next()) {
                rows.add("%s: %s of %s spent, %s held"
                        .formatted(
                                found.getString(1),
                                found.getBigDecimal(3).stripTrailingZeros().toPlainString(),
                                found.getBigDecimal(2).stripTrailingZeros().toPlainString(),
                                found.getBigDecimal(4).stripTrailingZeros().toPlainString()));
            }
            return rows;
        }
    }

    private RunResult<Brief> run(TaskGraph<Brief> graph) throws InterruptedException {
        // region budgets-shared
        JdbcBudgetStore store = JdbcBudgetStore.in(dataSource); // a pool of connections
        try (SharedBudget tenant = SharedBudget.open(store, "acme/search", Sharing.DEFAULT)) {
            return coordinator.run(graph, Budget.usd("0.25").under(tenant.guard()));
        }
        // endregion
    }

    @Test
    void run_underASharedBudget() throws Exception {
        assertThat(run(graph())).isCompleteWith(new Brief("noted twice"));

        assertThat(status())
                .containsExactly("acme: 0.0021 of 500 spent, 0 held", "acme/search: 0.0021 of 30 spent, 0 held");
    }
}
