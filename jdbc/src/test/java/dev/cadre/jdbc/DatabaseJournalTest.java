// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Fingerprint;
import dev.cadre.journal.Journal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.journal.JournalEntry.Ended;
import dev.cadre.journal.JournalException;
import dev.cadre.journal.JournalKey;
import dev.cadre.price.Spend;
import dev.cadre.task.Outcome;
import dev.cadre.testing.JournalContract;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the journals of every database must do, beside what every journal must. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class DatabaseJournalTest extends JournalContract {
    @TempDir
    Path directory;

    /** New ones to the database of a test. */
    abstract DataSource source();

    /** Takes its lock from an open journal, but not its session. */
    abstract void takeLock(HeldConnections held) throws SQLException;

    /** Ends the session of an open journal. */
    abstract void endSession(HeldConnections held) throws SQLException;

    private JdbcJournals journals;

    @BeforeEach
    void createTables() {
        journals = JdbcJournals.in(source());
        journals.createTables();
    }

    @Override
    protected Journal open() {
        return journals.open("labels");
    }

    static Ended item(int item) {
        return new Ended(
                new JournalKey("bulk", "label", item),
                Fingerprint.of("label"),
                new Outcome.Succeeded<>("{\"label\":" + item + "}"),
                Spend.NONE);
    }

    static boolean has(Journal journal, int item) {
        return journal.ended(item(item).key(), Fingerprint.of("label")).isPresent();
    }

    private void execute(String sql) {
        try (Connection connection = source().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void write(int items) {
        try (Journal journal = open()) {
            for (int i = 0; i < items; i++) {
                journal.append(item(i));
            }
        }
    }

    private byte[] exported(String name) throws IOException {
        var out = new ByteArrayOutputStream();
        journals.export(name, out);
        return out.toByteArray();
    }

    @Test
    void journals_withTwoNames_areApart() {
        write(1);

        try (Journal labels = open();
                Journal other = journals.open("other 'labels'; --")) {
            assertThat(has(labels, 0)).isTrue();
            assertThat(has(other, 0)).isFalse();
            other.append(item(1));
            assertThat(has(labels, 1)).isFalse();
        }
    }

    @Test
    void export_isTheFileThatTheJournalWouldBe() throws IOException {
        Path file = directory.resolve("file.journal");
        // more than a page
        try (Journal journal = open();
                Journal same = FileJournal.open(file)) {
            for (int i = 0; i < 2_500; i++) {
                journal.submit(item(i));
                same.submit(item(i));
            }
        }

        byte[] bytes = exported("labels");

        assertThat(withoutTimes(bytes)).isEqualTo(withoutTimes(Files.readAllBytes(file)));
        Files.write(file, bytes);
        try (Journal journal = FileJournal.open(file)) {
            assertThat(has(journal, 2_499)).isTrue();
        }
        assertThat(file).hasBinaryContent(bytes);
    }

    private static String withoutTimes(byte[] lines) {
        return new String(lines, StandardCharsets.UTF_8)
                .replaceAll("\"crc\":\"[0-9a-f]{8}\"", "\"crc\":\"\"")
                .replaceAll("\"at\":[0-9]+,", "");
    }

    @Test
    void export_ofAnOpenJournal_hasWhatIsDurable() throws IOException {
        try (Journal journal = open()) {
            journal.append(item(1));

            assertThat(entries(exported("labels"))).containsExactly(item(1));
        }
    }

    private List<JournalEntry> entries(byte[] lines) throws IOException {
        var entries = new ArrayList<JournalEntry>();
        Path file = Files.write(directory.resolve("exported"), lines);
        FileJournal.read(file, line -> entries.add(line.entry()));
        return entries;
    }

    @Test
    void export_ofAJournalThatIsNotThere_isRefused_andMakesNone() {
        assertThatExceptionOfType(NoSuchElementException.class)
                .isThrownBy(() -> exported("none"))
                .withMessage("there is no journal none");
        assertThatExceptionOfType(NoSuchElementException.class).isThrownBy(() -> exported("none"));
    }

    @Test
    void recordThatWasChanged_isDamage_atOpening() {
        write(3);
        execute("UPDATE cadre_journal_record SET line = REPLACE(line, 'label\":1', 'label\":7') WHERE n = 2");

        assertThatExceptionOfType(JournalException.Damaged.class)
                .isThrownBy(this::open)
                .withMessage("journal labels is damaged at line 3: the checksum is wrong")
                .satisfies(e -> assertThat(e.journal()).isEqualTo("labels"));
    }

    @Test
    void recordThatIsMissing_orInAnotherPlace_isDamage() {
        write(3);
        execute("UPDATE cadre_journal_record SET n = 9 WHERE n = 2");
        assertThatExceptionOfType(JournalException.Damaged.class)
                .isThrownBy(this::open)
                .withMessageContaining("line 3: record 3 stands in the place of record 2");

        execute("DELETE FROM cadre_journal_record WHERE n = 9");
        assertThatExceptionOfType(JournalException.Damaged.class).isThrownBy(this::open);

        execute("DELETE FROM cadre_journal_record WHERE n = 0");
        assertThatExceptionOfType(JournalException.Damaged.class)
                .isThrownBy(this::open)
                .withMessageContaining("line 1: ");
    }

    @Test
    void recordThatWasChanged_underAnOpenJournal_isDamageWhenItIsRead() {
        try (Journal journal = open()) {
            for (int i = 0; i < 3; i++) {
                journal.append(item(i));
            }
            execute("UPDATE cadre_journal_record SET line = REPLACE(line, 'label\":1', 'label\":7') WHERE n = 2");
            execute("DELETE FROM cadre_journal_record WHERE n = 3");
            execute("UPDATE cadre_journal_record SET line = CONCAT(line, line) WHERE n = 1");

            assertDamaged(journal, 1, "line 3: the checksum is wrong");
            assertDamaged(journal, 2, "line 4: the record is not there any more");
            assertDamaged(journal, 0, "line 2: the record is not there any more");
        }
    }

    private static void assertDamaged(Journal journal, int item, String what) {
        assertThatExceptionOfType(JournalException.Damaged.class)
                .isThrownBy(() -> has(journal, item))
                .withMessage("journal labels is damaged at " + what);
    }

    @Test
    void recordLongerThanAnyJournalWrites_isDamage_andIsNotRead() throws IOException {
        write(3);
        execute("UPDATE cadre_journal_record SET line = REPEAT('x', 17000000) WHERE n = 2");

        assertThatExceptionOfType(JournalException.Damaged.class)
                .isThrownBy(this::open)
                .withMessageContaining("line 3: ");
        assertThat(exported("labels")).hasSizeLessThan(17_000_000);
    }

    @Test
    void records_areReadAMegabyteAtATime() throws SQLException {
        try (Journal journal = open()) {
            for (int i = 0; i < 10; i++) {
                String output = "\"" + "x".repeat(300_000) + "\"";
                journal.append(
                        new Ended(item(i).key(), Fingerprint.of("label"), new Outcome.Succeeded<>(output), Spend.NONE));
            }
        }

        try (Connection connection = source().getConnection()) {
            JournalRows rows = JournalRows.find(connection, "labels").orElseThrow();
            assertThat(rows.page(connection, 0)).hasSize(5); // with the header
            assertThat(rows.page(connection, 5)).hasSize(4);
            assertThat(rows.page(connection, 11)).isEmpty();
        }
    }

    @Test
    void sessionThatLostItsLock_addsNothingBesideTheNextHolder() throws SQLException {
        var held = new HeldConnections(source());
        try (Journal stale = JdbcJournals.in(held.source()).open("labels")) {
            stale.append(item(1));
            takeLock(held);
            try (Journal next = open()) {
                next.append(item(2));

                assertThatExceptionOfType(JournalException.WriteFailed.class)
                        .isThrownBy(() -> stale.append(item(3)))
                        .withMessageContaining("SQLState 23505: another session wrote this too");
                assertThat(stale.submit(item(4))).isCompletedExceptionally();
                next.append(item(5));
            }
        }
        try (Journal journal = open()) {
            assertThat(List.of(has(journal, 1), has(journal, 2), has(journal, 3), has(journal, 5)))
                    .containsExactly(true, true, false, true);
        }
    }

    @Test
    void holder_besideASessionThatLostItsLockAndWrote_addsNothing() throws SQLException {
        var held = new HeldConnections(source());
        try (Journal stale = JdbcJournals.in(held.source()).open("labels")) {
            takeLock(held);
            try (Journal next = open()) {
                stale.append(item(1));

                assertThatExceptionOfType(JournalException.WriteFailed.class).isThrownBy(() -> next.append(item(2)));
            }
        }
        try (Journal journal = open()) {
            assertThat(List.of(has(journal, 1), has(journal, 2))).containsExactly(true, false);
        }
    }

    @Test
    void journalWhoseSessionEnded_takesNothingMore_andAnotherCanOpenIt() throws SQLException {
        var held = new HeldConnections(source());
        try (Journal lost = JdbcJournals.in(held.source()).open("labels")) {
            lost.append(item(1));
            endSession(held);

            assertThatExceptionOfType(JournalException.WriteFailed.class).isThrownBy(() -> lost.append(item(2)));
            assertThat(lost.submit(item(3))).isCompletedExceptionally();
            try (Journal next = open()) {
                assertThat(has(next, 1)).isTrue();
                assertThat(has(next, 2)).isFalse();
                next.append(item(4));
                assertThatExceptionOfType(JournalException.WriteFailed.class).isThrownBy(() -> lost.append(item(5)));
            }
        }
    }

    @Test
    void commitOfUnknownFate_failsTheJournal_andReopeningShowsWhichItWas() {
        for (boolean isCommitted : List.of(true, false)) {
            var held = new HeldConnections(source());
            int item = isCommitted ? 1 : 2;
            try (Journal journal = JdbcJournals.in(held.source()).open("labels")) {
                held.insteadOfCommit(connection -> {
                    if (isCommitted) {
                        connection.commit();
                    }
                    throw new SQLException("the connection broke, says geheim", "08006");
                });

                assertThatExceptionOfType(JournalException.WriteFailed.class)
                        .isThrownBy(() -> journal.append(item(item)))
                        .withMessageContaining("SQLState 08006")
                        .withMessageNotContaining("geheim");
                held.insteadOfCommit(Connection::commit);
                assertThat(journal.submit(item(3))).isCompletedExceptionally();
                assertThat(has(journal, item)).isFalse();
            }
            try (Journal journal = open()) {
                assertThat(has(journal, item)).isEqualTo(isCommitted);
                assertThat(has(journal, 3)).isFalse();
            }
        }
    }

    @Test
    void entriesThatArriveDuringACommit_shareTheNextOne() throws Exception {
        var held = new HeldConnections(source());
        var commits = new AtomicInteger();
        var atGate = new CountDownLatch(1);
        var gate = new CountDownLatch(1);
        try (Journal journal = JdbcJournals.in(held.source()).open("labels")) {
            held.insteadOfCommit(connection -> {
                commits.incrementAndGet();
                atGate.countDown();
                awaitUninterruptibly(gate);
                connection.commit();
            });
            var durable = new ArrayList<CompletableFuture<Void>>();
            durable.add(journal.submit(item(0)));
            atGate.await();
            for (int i = 1; i < 100; i++) {
                durable.add(journal.submit(item(i)));
            }
            assertThat(durable).noneMatch(CompletableFuture::isDone);
            gate.countDown();
            durable.forEach(CompletableFuture::join);
        }

        assertThat(commits).hasValue(2);
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        boolean interrupted = false;
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void threadsOfAJournal_interruptedByAStranger_goOn_andEndWithIt() {
        try (Journal journal = open()) {
            for (int i = 0; i < 50; i++) {
                threads().forEach(Thread::interrupt);
                journal.append(item(i));
                threads().forEach(Thread::interrupt);
                assertThat(has(journal, i)).isTrue();
            }
            assertThat(threads()).hasSize(2).allMatch(Thread::isDaemon);
        }
        assertThat(threads()).isEmpty();
    }

    private static List<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().matches("cadre-(journal|jdbc)-.*"))
                .toList();
    }

    @Test
    void connections_areGivenBackAsTheyWere() throws SQLException {
        var pool = HeldConnections.pool(source());
        try (Journal journal = JdbcJournals.in(pool.source()).open("labels")) {
            journal.append(item(1));
        }

        // the lock is not held by what stays in the pool
        open().close();
        for (Connection connection : pool.given()) {
            assertThat(connection.isClosed()).isFalse();
            assertThat(connection.getAutoCommit()).isFalse();
            assertThat(connection.getNetworkTimeout()).isZero();
            connection.close();
        }
    }

    @Test
    void tablesThatAreMissing_orOfAnotherVersion_areNamed() {
        execute("UPDATE cadre_schema SET version = 2 WHERE part = 'journal'");
        String other = "the tables for part 'journal' have version 2, and the one known here is 1";
        assertThatIllegalStateException().isThrownBy(this::open).withMessage(other);
        assertThatIllegalStateException()
                .isThrownBy(() -> journals.createTables())
                .withMessage(other);
        assertThatIllegalStateException().isThrownBy(() -> exported("labels")).withMessage(other);

        execute("DROP TABLE cadre_schema");
        assertThatIllegalStateException()
                .isThrownBy(this::open)
                .withMessage("the database has no tables for part 'journal'; create them, or run journal.sql");
    }

    @Test
    void tables_createdAgain_orByManyAtOnce_areThoseThatAreThere() {
        write(1);
        execute("DROP TABLE cadre_schema");
        var creators = new ArrayList<CompletableFuture<Void>>();
        for (int i = 0; i < 8; i++) {
            creators.add(CompletableFuture.runAsync(
                    () -> JdbcJournals.in(source()).createTables(),
                    task -> Thread.ofPlatform().start(task)));
        }
        creators.forEach(CompletableFuture::join);

        try (Journal journal = open()) {
            assertThat(has(journal, 0)).isTrue();
        }
    }
}
