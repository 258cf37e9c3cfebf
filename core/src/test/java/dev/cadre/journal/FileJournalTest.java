// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.journal.JournalEntry.Asked;
import dev.cadre.journal.JournalEntry.Collected;
import dev.cadre.journal.JournalEntry.Ended;
import dev.cadre.journal.JournalEntry.Enqueued;
import dev.cadre.journal.JournalEntry.Intent;
import dev.cadre.journal.JournalEntry.RunEnded;
import dev.cadre.journal.JournalEntry.RunStarted;
import dev.cadre.journal.JournalEntry.Settled;
import dev.cadre.journal.JournalEntry.ShardFact;
import dev.cadre.journal.JournalEntry.ShardNoted;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.task.Origin;
import dev.cadre.task.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the journal of a file does beside what every journal does, which is a contract in the module of the tests. */
class FileJournalTest {
    private static final JournalKey CATS = JournalKey.of("r1", "cats");

    @TempDir
    Path directory;

    private Path file() {
        return directory.resolve("run.journal");
    }

    @Test
    void entries_ofEveryKind_areReadAsWritten() {
        Samples.write(file(), Samples.RUN);

        assertThat(Samples.entries(file())).isEqualTo(Samples.RUN);
    }

    /** Entries that are not read back as they are written. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void flatEntries_withAnyText_areReadAsWritten(long seed) {
        var dice = new SplittableRandom(seed);
        var entries = new ArrayList<JournalEntry>();
        for (int i = 0; i < 300; i++) {
            var key = new JournalKey("r" + text(dice), "s" + text(dice), i - 1);
            var asked = new Asked(CallPurpose.Kind.WORK, Tier.NANO, text(dice));
            entries.add(new RunStarted(
                    text(dice), Samples.PRINT, text(dice), Money.ofPico(Long.MAX_VALUE), text(dice), text(dice)));
            entries.add(new Intent(key, Samples.PRINT, 999_999, asked, Money.ofPico(Long.MAX_VALUE)));
            entries.add(new Settled(key, i, text(dice), Samples.COST));
            entries.add(new ShardNoted(text(dice), i, new ShardFact.Announced(text(dice), i, Long.MAX_VALUE)));
            entries.add(new ShardNoted(text(dice), i, new ShardFact.Uploaded(text(dice))));
            entries.add(new ShardNoted(text(dice), i, new ShardFact.Created(text(dice))));
            entries.add(new Enqueued(key, Samples.PRINT, Integer.MAX_VALUE, asked, Money.ofPico(Long.MAX_VALUE)));
            entries.add(new Collected(key, Integer.MAX_VALUE, text(dice), Samples.COST));
        }
        Samples.write(file(), entries);

        assertThat(Samples.entries(file())).isEqualTo(entries);
    }

    /** PoolQuotes, controls, marks and lone halves of surrogate pairs are as frequent as letters. */
    private static String text(SplittableRandom dice) {
        var text = new StringBuilder();
        int length = dice.nextInt(20);
        for (int i = 0; i < length; i++) {
            text.append(
                    switch (dice.nextInt(4)) {
                        case 0 -> (char) dice.nextInt(0x100);
                        case 1 -> (char) dice.nextInt(0xd800, 0xe000);
                        case 2 -> "\"\\/{}[],:".charAt(dice.nextInt(9));
                        default -> (char) dice.nextInt(0x10000);
                    });
        }
        return text.toString();
    }

    @Test
    void runKeyPromptsAndBeginning_areReadAsWritten() {
        var keyed = new JournalEntry.RunStarted(
                "r1", Fingerprint.of("goal"), "goal", Money.usd("0.25"), "invoice-7", "plan 2", "0123456789abcdef");

        Samples.write(file(), List.of(keyed));

        assertThat(Samples.entries(file())).containsExactly(keyed);
    }

    @Test
    void endFromACache_isReadAsWritten() {
        var end = new Ended(
                CATS,
                Samples.PRINT,
                new Outcome.Succeeded<>("{}"),
                Spend.NONE,
                new Origin.Cached(Duration.ofMillis(7_200_001), Money.usd("0.0007")));

        Samples.write(file(), List.of(end));

        assertThat(Samples.entries(file())).containsExactly(end);
    }

    @Test
    void lines_areJsonThatBeginsWithItsChecksum() throws IOException {
        Samples.write(
                file(),
                List.of(new RunEnded("r1", "complete"), new Intent(CATS, Samples.PRINT, 1, Samples.NANO, Money.ZERO)));

        assertThat(Files.readAllLines(file())).containsExactly("""
                {"crc":"f309c00b","v":1,"n":0,"kind":"journal"}""", """
                {"crc":"34439010","v":1,"n":1,"at":1795305600123,"kind":"run_ended","run":"r1","status":"complete"}""", """
                {"crc":"85af8a42","v":1,"n":2,"at":1795305600123,"kind":"intent","run":"r1","subtask":"cats","item":-1,\
                "fingerprint":"%s","attempt":1,"purpose":"WORK","tier":"NANO","model":"gpt-5.4-nano","reservedPicoUsd":0}""".formatted(Samples.PRINT));
    }

    @Test
    void read_givesNumberAndTimeOfEachLine() {
        Samples.write(file(), Samples.RUN);
        var lines = new ArrayList<FileJournal.Line>();

        FileJournal.read(file(), lines::add);

        assertThat(lines.getFirst())
                .isEqualTo(new FileJournal.Line(2, Samples.CLOCK.instant(), Samples.RUN.getFirst()));
        assertThat(lines.getLast().number()).isEqualTo(17);
    }

    @Test
    void read_exceptionOfTheConsumer_isNotTakenForDamage() {
        Samples.write(file(), Samples.RUN);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> FileJournal.read(file(), line -> {
                    throw new IllegalArgumentException("mine");
                }))
                .withMessage("mine");
    }

    @Test
    void ended_keysWithOneHash_areToldApart() {
        // found by search; the index alone cannot tell them apart, as its own test shows
        var one = end(EndedIndexTest.ONE);
        var other = end(EndedIndexTest.OTHER);
        try (var journal = Samples.open(file())) {
            journal.append(one);
            assertThat(journal.ended(EndedIndexTest.OTHER, Samples.PRINT)).isEmpty();

            journal.append(other);

            assertThat(journal.ended(EndedIndexTest.ONE, Samples.PRINT)).contains(one);
            assertThat(journal.ended(EndedIndexTest.OTHER, Samples.PRINT)).contains(other);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{} {}", "1,\"x\":2", "{\"a\":1,\"a\":2}", "NaN", "{\"a\":1}\n{\"a\":2}"})
    void text_thatIsNotOneJsonDocument_isRefusedAndNothingIsWritten(String text) throws IOException {
        try (var journal = Samples.open(file())) {
            long size = Files.size(file());

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> journal.append(cats(text)))
                    .withMessageStartingWith("an entry of run 'r1' cannot be journaled: ");

            assertThat(Files.size(file())).isEqualTo(size);
            journal.append(cats("{}"));
        }
    }

    @Test
    void jsonThatCouldNotBeReadBack_isRefused() {
        var deep = "[".repeat(100) + "]".repeat(100);
        var longNumber = "1" + "0".repeat(997) + "E9";
        try (var journal = Samples.open(file())) {
            assertThatIllegalArgumentException().isThrownBy(() -> journal.append(cats(deep)));
            assertThatIllegalArgumentException().isThrownBy(() -> journal.append(cats(longNumber)));
            journal.append(cats(deep.substring(1, 199)));
        }
        assertThat(Samples.entries(file())).containsExactly(cats(deep.substring(1, 199)));
    }

    @Test
    void open_inMissingDirectory_namesTheJournal() {
        var path = directory.resolve("missing").resolve("run.journal");

        assertThatThrownBy(() -> FileJournal.open(path))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(path.toString());
    }

    @Test
    void open_onTheRealDisk_flushesAndResumes() {
        try (var journal = FileJournal.open(file())) {
            Samples.RUN.forEach(journal::append);
        }
        try (var journal = FileJournal.open(file())) {
            assertThat(journal.runs()).hasSize(1);
            journal.append(Samples.ended(7));
        }
        assertThat(Samples.entries(file())).hasSize(Samples.RUN.size() + 1).endsWith(Samples.ended(7));
    }

    private static Ended end(JournalKey key) {
        return new Ended(key, Samples.PRINT, new Outcome.Succeeded<>("\"" + key + "\""), Spend.NONE);
    }

    private static Ended cats(String output) {
        return new Ended(CATS, Samples.PRINT, new Outcome.Succeeded<>(output), Spend.NONE);
    }
}
