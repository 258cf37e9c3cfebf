// SPDX-License-Identifier: Apache-2.0
package dev.cadre.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.RunResult;
import dev.cadre.jdbc.DoomedProcess.Note;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Journal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.journal.JournalException;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.testing.ScriptedModel;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A process is killed while its journal is open. */
@Tag("slow")
class KilledProcessTest {
    private static final int SAMPLE = 4;
    private static final int ALL = 50;

    @Nested
    class OnH2 extends Kills {
        @Override
        TestAddress newAddress() {
            return new TestAddress("jdbc:h2:file:" + directory.resolve("db"), "sa", "");
        }
    }

    @Nested
    @ExtendWith(RequiresPostgres.class)
    class OnPostgres extends Kills {
        @Override
        TestAddress newAddress() {
            return TestAddress.of(TestPostgres.shared().newSchema());
        }
    }

    @Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    abstract static class Kills {
        @TempDir
        Path directory;

        private TestAddress address;
        private JdbcJournals journals;

        abstract TestAddress newAddress();

        @BeforeEach
        void createTables() {
            address = newAddress();
            journals = JdbcJournals.in(address.source());
            journals.createTables();
        }

        /** At once, when the server has noticed that the other process is gone. */
        private Journal openWhenFree() {
            while (true) {
                try {
                    return journals.open("labels");
                } catch (JournalException.Locked stillThere) {
                    Thread.onSpinWait();
                }
            }
        }

        @Test
        void process_killedAtRandomMoments_losesNothingThatWasDurable_sample() throws Exception {
            killAtRandomMoments(SAMPLE);
        }

        @Test
        @Tag("nightly")
        void process_killedAtRandomMoments_losesNothingThatWasDurable() throws Exception {
            killAtRandomMoments(ALL);
        }

        private void killAtRandomMoments(int times) throws Exception {
            long seed = new SplittableRandom().nextLong();
            var dice = new SplittableRandom(seed);
            var durable = new TreeSet<Integer>();
            int first = 0;
            for (int i = 0; i < times; i++) {
                durable.addAll(appendUntilKilled(first, 1 + dice.nextInt(300)));
                first = durable.last() + 100;
            }

            assertThat(numbers()).as("seed %d", seed).containsAll(durable).doesNotHaveDuplicates();
            try (Journal journal = journals.open("labels")) {
                assertThat(durable).as("seed %d", seed).allMatch(item -> DatabaseJournalTest.has(journal, item));
            }
        }

        /** What the process said to be durable; it is killed when it has said so of some. */
        private List<Integer> appendUntilKilled(int first, int count) throws Exception {
            Process process = DoomedProcess.start(DoomedProcess.Appending.class, address, String.valueOf(first));
            var durable = new ArrayList<Integer>();
            try (BufferedReader said = process.inputReader(StandardCharsets.UTF_8)) {
                for (String line = said.readLine(); line != null; line = said.readLine()) {
                    durable.add(Integer.parseInt(line));
                    if (durable.size() == count) {
                        // by its handle: what it said before is still to be read
                        process.toHandle().destroyForcibly();
                    }
                }
            } finally {
                process.destroyForcibly().waitFor();
            }
            openWhenFree().close();
            return durable;
        }

        /** Of the items in the journal, read as a file. */
        private List<Integer> numbers() throws IOException {
            Path file = directory.resolve("exported");
            try (var out = Files.newOutputStream(file)) {
                journals.export("labels", out);
            }
            var numbers = new ArrayList<Integer>();
            FileJournal.read(
                    file,
                    line -> numbers.add(
                            ((JournalEntry.Ended) line.entry()).key().item()));
            return numbers;
        }

        @Test
        void run_begunByAProcessThatWasKilled_isResumed_andPaysNothingTwice() throws Exception {
            Process process = DoomedProcess.start(DoomedProcess.Running.class, address);
            try (BufferedReader said = process.inputReader(StandardCharsets.UTF_8)) {
                assertThat(said.readLine()).isEqualTo("waits");
            } finally {
                process.destroyForcibly().waitFor();
            }
            var model = new ScriptedModel();
            model.on(DoomedProcess.SHORTER, new Note("They purr, all day long."))
                    .costing(1_000, 400)
                    .replies(new Note("They purr."));

            try (Journal journal = openWhenFree()) {
                String run = journal.runs().getFirst().run();
                assertThat(journal.openIntents(run)).hasSize(1);
                Spend before = journal.spent(run);

                RunResult<Note> result = DoomedProcess.run(journal, model);

                assertThat(result.requireComplete()).isEqualTo(new Note("They purr."));
                assertThat(model.calls()).hasSize(1);
                assertThat(journal.spent(run).settled()).isEqualTo(Money.usd("0.0014"));
                assertThat(journal.spent(run).forfeited()).isEqualTo(before.forfeited());
            }
        }
    }
}
