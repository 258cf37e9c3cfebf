// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Callable;
import javax.sql.DataSource;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JdbcJournalsTest {
    private static <T> T fake(Class<T> type, Callable<Object> answer) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> switch (method.getName()) {
                    case "getConnection", "getMetaData", "getDatabaseProductName" -> answer.call();
                    case "getAutoCommit" -> true;
                    case "getNetworkTimeout" -> 0;
                    default -> null;
                }));
    }

    private static DataSource failing(Throwable failure) {
        return fake(DataSource.class, () -> {
            if (failure instanceof Error error) {
                throw error;
            }
            throw (Exception) failure;
        });
    }

    @Test
    void whatADriverOrASourceSays_isNotRepeated() {
        String text = "connection to jdbc:postgresql://db.example/x?user=ann&password=geheim failed";
        List<Throwable> failures = List.of(
                new NoClassDefFoundError(text),
                new SQLException(text, "08001", new IllegalStateException(text)),
                new SQLException(text, "geheim"),
                new SQLException(text, (String) null),
                new IllegalStateException(text));
        for (Throwable failure : failures) {
            var journals = JdbcJournals.in(failing(failure));
            List<ThrowingCallable> uses = List.of(
                    journals::createTables,
                    () -> journals.open("labels"),
                    () -> journals.export("labels", OutputStream.nullOutputStream()));
            for (ThrowingCallable use : uses) {
                Throwable thrown = catchThrowable(use);

                assertThat(thrown).isInstanceOf(UncheckedIOException.class);
                assertThat(thrown.getMessage()).contains(failure.getClass().getSimpleName());
                var printed = new StringWriter();
                thrown.printStackTrace(new PrintWriter(printed));
                assertThat(printed.toString()).doesNotContain("geheim", "example", "user=");
            }
        }
    }

    @Test
    void failureToOpen_hasItsCodeAndWhatThatMeans() {
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() ->
                        JdbcJournals.in(failing(new SQLException("", "08001"))).open("labels"))
                .withMessage("journal labels cannot be opened: SQLException, SQLState 08001:"
                        + " the connection was lost or refused");
    }

    @Test
    void anotherDatabase_isRefused() {
        var metadata = fake(DatabaseMetaData.class, () -> "Sybase");
        var connection = fake(Connection.class, () -> metadata);

        assertThatIllegalStateException()
                .isThrownBy(() -> JdbcJournals.in(fake(DataSource.class, () -> connection))
                        .createTables())
                .withMessage("journals are kept in PostgreSQL or H2, and this is neither");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a\nb", "a\0b", "a\uD83D"})
    void nameThatNobodyCouldRead_isRefused(String name) {
        var journals = JdbcJournals.in(failing(new SQLException()));

        assertThatIllegalArgumentException().isThrownBy(() -> journals.open(name));
        assertThatIllegalArgumentException().isThrownBy(() -> journals.open("x".repeat(201)));
        assertThatIllegalArgumentException().isThrownBy(() -> journals.export(name, OutputStream.nullOutputStream()));
    }
}
