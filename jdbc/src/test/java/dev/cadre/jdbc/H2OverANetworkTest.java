// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.cadre.budget.SharedBudget;
import dev.cadre.budget.Sharing;
import dev.cadre.share.BudgetStoreException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.h2.tools.Server;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An H2 that other processes use, too, lets two of them hold one journal, and its driver waits without end: it is refused. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class H2OverANetworkTest {
    @TempDir
    Path directory;

    @Test
    void server_isRefused() throws SQLException {
        Server server = Server.createTcpServer("-tcpPort", "0").start();
        try (Connection keepsItOpen = source("file:").getConnection()) {
            assertRefused(source("tcp://localhost:%d/".formatted(server.getPort())), "it is reached over a network");
        } finally {
            server.stop();
        }
    }

    @Test
    void fileThatOthersMayOpen_isRefused() throws SQLException {
        var shared = source("file:");
        shared.setURL(shared.getURL() + ";AUTO_SERVER=TRUE");
        try (Connection keepsItOpen = shared.getConnection()) {
            assertRefused(shared, "it was opened with AUTO_SERVER");
        }
    }

    @Test
    void fileAndMemoryOfThisProcess_areTaken() {
        JdbcDataSource memory = source("mem:");
        memory.setURL("jdbc:h2:mem:h2-of-this-process;DB_CLOSE_DELAY=-1");
        for (DataSource fit : new DataSource[] {source("file:"), memory}) {
            assertThatCode(() -> JdbcBudgetStore.in(fit).createTables()).doesNotThrowAnyException();
            assertThatCode(() -> JdbcJournals.in(fit).createTables()).doesNotThrowAnyException();
        }
    }

    private JdbcDataSource source(String place) {
        var source = new JdbcDataSource();
        source.setURL("jdbc:h2:" + place + directory.resolve("db"));
        source.setUser("sa");
        return source;
    }

    private static void assertRefused(DataSource unfit, String why) {
        JdbcJournals journals = JdbcJournals.in(unfit);
        for (Runnable use : new Runnable[] {journals::createTables, () -> journals.open("pets")}) {
            assertThatIllegalStateException()
                    .isThrownBy(use::run)
                    .withMessage("this database cannot keep journals: H2 serves one process here, and " + why);
        }
        JdbcBudgetStore budgets = JdbcBudgetStore.in(unfit);
        for (Runnable use :
                new Runnable[] {budgets::createTables, () -> SharedBudget.open(budgets, "acme", Sharing.DEFAULT)}) {
            assertThatExceptionOfType(BudgetStoreException.class)
                    .isThrownBy(use::run)
                    .withMessage("this database cannot keep budgets: H2 serves one process here, and " + why)
                    .matches(refused -> refused.kind() == BudgetStoreException.Kind.WRONG_SCHEMA);
        }
    }
}
