// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Replicas that start at once, each of which creates all tables. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CreatedTablesTest {
    private static final int REPLICAS = 6;

    private static final List<Consumer<DataSource>> KINDS = List.of(
            source -> JdbcJournals.in(source).createTables(),
            source -> JdbcBudgetStore.in(source).createTables(),
            source -> JdbcLimitStore.in(source).createTables());

    private static void createAtOnce(DataSource source) throws Exception {
        var barrier = new CyclicBarrier(REPLICAS);
        var replicas = new ArrayList<FutureTask<Boolean>>();
        for (int i = 0; i < REPLICAS; i++) {
            int first = i;
            replicas.add(new FutureTask<>(() -> {
                barrier.await();
                for (int kind = 0; kind < KINDS.size(); kind++) {
                    KINDS.get((first + kind) % KINDS.size()).accept(source);
                }
                return true;
            }));
        }
        replicas.forEach(replica -> Thread.ofPlatform().start(replica));
        for (FutureTask<Boolean> replica : replicas) {
            assertThat(replica.get()).isTrue();
        }
    }

    @Test
    @ExtendWith(RequiresPostgres.class)
    void replicasThatStartAtOnce_createThemOnce_inPostgres() throws Exception {
        for (int round = 0; round < 8; round++) {
            createAtOnce(TestPostgres.shared().newSchema());
        }
    }

    @Test
    void replicasThatStartAtOnce_createThemOnce_inH2() throws Exception {
        for (int round = 0; round < 8; round++) {
            var source = new JdbcDataSource();
            source.setURL("jdbc:h2:mem:created" + round + ";DB_CLOSE_DELAY=-1");
            createAtOnce(source);
        }
    }

    @Test
    @ExtendWith(RequiresPostgres.class)
    void tables_thatAnotherSessionCreates_areWaitedFor() throws SQLException {
        var source = TestPostgres.shared().newSchema();
        var hasty = Duration.ofSeconds(1);

        LockedElsewhere.by(source, "SELECT pg_advisory_xact_lock(426835735141)", () -> {
            for (Runnable create : List.<Runnable>of(
                    () -> JdbcJournals.in(source).within(hasty).createTables(),
                    () -> JdbcBudgetStore.in(source).within(hasty).createTables(),
                    () -> JdbcLimitStore.in(source).within(hasty).createTables())) {
                assertThatThrownBy(create::run).hasMessageContaining("SQLState 55P03: another session has locked it");
            }
        });
    }
}
