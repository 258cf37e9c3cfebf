// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.cadre.budget.SharedBudget;
import dev.cadre.budget.Sharing;
import dev.cadre.share.BudgetStoreException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A database that takes a login and says nothing more, as with a network that falls silent. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SilentLoginTest {
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final Duration FOR_EVER = Duration.ofDays(1);

    private final CountDownLatch answers = new CountDownLatch(1);
    private final List<Connection> late = new CopyOnWriteArrayList<>();
    private final BlockingQueue<Connection> ended = new LinkedBlockingQueue<>();

    private final DataSource silent = (DataSource) Proxy.newProxyInstance(
            getClass().getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, arguments) -> connection());

    private Connection connection() throws InterruptedException, SQLException {
        answers.await();
        var source = new JdbcDataSource();
        source.setURL("jdbc:h2:mem:");
        Connection real = source.getConnection();
        late.add(real);
        return (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("close")) {
                        ended.add(real);
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException failed) {
                        throw failed.getCause();
                    }
                });
    }

    @AfterEach
    void letGo() {
        answers.countDown();
    }

    @Test
    void budget_doesNotWaitForIt_andLeavesNoMoreThanFourBehind() throws InterruptedException {
        JdbcBudgetStore store = JdbcBudgetStore.in(silent);
        for (int i = 0; i < 4; i++) {
            assertThatExceptionOfType(BudgetStoreException.class)
                    .isThrownBy(() -> SharedBudget.open(store.within(SHORT), "acme", Sharing.DEFAULT))
                    .withMessage("budget 'acme' cannot be reached: there was no connection within PT0.05S")
                    .matches(failed -> failed.kind() == BudgetStoreException.Kind.UNREACHABLE);
        }
        assertThatExceptionOfType(BudgetStoreException.class)
                .isThrownBy(() -> SharedBudget.open(store.within(FOR_EVER), "acme", Sharing.DEFAULT))
                .withMessage("budget 'acme' cannot be reached: 4 earlier attempts to connect have not ended;"
                        + " a login timeout of the data source would end them")
                .matches(failed -> failed.kind() == BudgetStoreException.Kind.UNREACHABLE);

        answers.countDown();
        for (int i = 0; i < 4; i++) {
            ended.take(); // nobody waits for what comes late
        }
        store.createTables();
        assertThat(late).hasSize(5);
    }

    @Test
    void journal_doesNotWaitForIt() {
        JdbcJournals journals = JdbcJournals.in(silent);
        List<Runnable> uses = List.of(
                journals.within(SHORT)::createTables,
                () -> journals.within(SHORT).open("pets"));
        for (Runnable use : uses) {
            assertThatExceptionOfType(UncheckedIOException.class)
                    .isThrownBy(use::run)
                    .withMessageEndingWith(": there was no connection within PT0.05S");
        }
    }
}
