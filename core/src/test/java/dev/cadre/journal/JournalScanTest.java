// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.cadre.price.Money;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What opening makes of a file that is not as it was written. */
class JournalScanTest {
    @TempDir
    Path directory;

    private Path file;
    private byte[] whole;

    @BeforeEach
    void write() throws IOException {
        file = Samples.write(directory.resolve("run.journal"), Samples.RUN);
        whole = Files.readAllBytes(file);
    }

    @Test
    void lastLine_tornAnywhere_isCutOff_andTheJournalGoesOn() throws IOException {
        for (int length = startOfLastLine() + 1; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));

            try (var journal = Samples.open(file)) {
                assertThat(file).hasSize(startOfLastLine());
                assertThat(journal.runEnded("r1")).isEmpty();
                journal.append(Samples.RUN.getLast());
            }

            assertThat(file).hasBinaryContent(whole);
        }
    }

    @Test
    void lastLine_withWrongChecksumAndNothingBehindIt_isCutOff() throws IOException {
        for (int at = startOfLastLine(); at < whole.length; at++) {
            var bytes = whole.clone();
            bytes[at] = 0;
            Files.write(file, bytes);

            Samples.open(file).close();

            assertThat(file).hasBinaryContent(Arrays.copyOf(whole, startOfLastLine()));
        }
    }

    @Test
    void header_tornAnywhere_isWrittenAgain() throws IOException {
        var header = LineFormat.header();
        for (int length = 0; length <= header.length; length++) {
            Files.write(file, Arrays.copyOf(header, length));

            Samples.open(file).close();

            assertThat(file).hasBinaryContent(header);
        }
    }

    @Test
    @Tag("slow")
    void anyFlippedBit_isDamage_orCutsOffTheTail_butNeverAWrongEntry() throws IOException {
        var run = Samples.RUN.subList(2, 6);
        file = Samples.write(directory.resolve("small.journal"), run);
        whole = Files.readAllBytes(file);
        // the line feed before the last line belongs to its tail: without it the two lines are one
        int tail = startOfLastLine() - 1;
        for (int bit = 0; bit < whole.length * Byte.SIZE; bit++) {
            var bytes = whole.clone();
            bytes[bit / Byte.SIZE] ^= (byte) (1 << (bit % Byte.SIZE));
            // in place: replacing a file may flush it, and there are thousands to come
            Files.write(file, bytes, StandardOpenOption.WRITE);

            if (bit / Byte.SIZE < tail) {
                assertThatExceptionOfType(JournalException.Damaged.class)
                        .as("bit %d", bit)
                        .isThrownBy(() -> Samples.entries(file));
            } else {
                // the last line, and the one before if its line feed is gone
                int lost = bit / Byte.SIZE == tail ? 2 : 1;
                assertThat(Samples.entries(file)).as("bit %d", bit).isEqualTo(run.subList(0, run.size() - lost));
            }
        }
    }

    @Test
    void damage_isNamed_andTheFileIsLeftAlone() throws IOException {
        var bytes = new String(whole, StandardCharsets.UTF_8)
                .replace("They purr", "They bark")
                .getBytes(StandardCharsets.UTF_8);
        Files.write(file, bytes);

        assertThatExceptionOfType(JournalException.Damaged.class)
                .isThrownBy(() -> Samples.open(file))
                .withMessage("journal %s is damaged at line 6: the checksum is wrong".formatted(file.toRealPath()))
                .satisfies(e -> assertThat(e.line()).isEqualTo(6))
                .satisfies(
                        e -> assertThat(e.journal()).isEqualTo(file.toRealPath().toString()));
        assertThat(file).hasBinaryContent(bytes);
        Files.write(file, whole);
        Samples.open(file).close();
    }

    @Test
    void damageAfterOpening_isFoundWhenTheRecordIsRead() throws IOException {
        try (var journal = Samples.open(file)) {
            Files.write(
                    file,
                    new String(whole, StandardCharsets.UTF_8)
                            .replace("They purr", "They bark")
                            .getBytes(StandardCharsets.UTF_8));

            assertThatExceptionOfType(JournalException.Damaged.class)
                    .isThrownBy(() -> journal.ended(JournalKey.of("r1", "cats"), Samples.PRINT))
                    .withMessageContaining("is damaged at line 6: the checksum is wrong");

            Files.write(file, Arrays.copyOf(whole, 100));
            assertThatExceptionOfType(JournalException.Damaged.class)
                    .isThrownBy(() -> journal.ended(JournalKey.of("r1", "cats"), Samples.PRINT))
                    .withMessageContaining("the record is not there any more");
        }
    }

    @Test
    void missingDoubledOrMovedLine_isDamage() throws IOException {
        var lines = Files.readAllLines(file);
        for (int i = 1; i < lines.size() - 1; i++) {
            var missing = new ArrayList<>(lines);
            missing.remove(i);
            assertDamaged(missing, i + 1, "record %d stands in the place of record %d".formatted(i + 1, i));

            var doubled = new ArrayList<>(lines);
            doubled.add(i, lines.get(i));
            assertDamaged(doubled, i + 2, "record %d stands in the place of record %d".formatted(i, i + 1));

            var moved = new ArrayList<>(lines);
            moved.set(i, lines.get(i + 1));
            moved.set(i + 1, lines.get(i));
            assertDamaged(moved, i + 1, "record %d stands in the place of record %d".formatted(i + 1, i));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a shopping list", "a shopping list\n", "{\"crc\":\"\n", "\n", "{\"crc\":\"00000000\",}\n"})
    void anotherKindOfFile_isLeftAlone(String text) throws IOException {
        Files.writeString(file, text);

        assertThatExceptionOfType(JournalException.Damaged.class)
                .isThrownBy(() -> Samples.open(file))
                .withMessageContaining("is damaged at line 1: this is not the header of a journal");

        assertThat(file).hasContent(text);
    }

    @Test
    void lineOfANewerVersion_isNamed_andTheFileIsLeftAlone() throws IOException {
        var newer = new byte[][] {
            LineFormat.header(), sealed("\"v\":2,\"n\":1,\"at\":0,\"kind\":\"hedged\",\"run\":\"r1\"}")
        };
        Files.write(file, concatenated(newer));

        assertThatExceptionOfType(JournalException.NewerVersion.class)
                .isThrownBy(() -> Samples.open(file))
                .withMessage("line 2 of journal %s has format version 2, the newest known here is 1"
                        .formatted(file.toRealPath()))
                .satisfies(e -> assertThat(e.version()).isEqualTo(2));
        assertThat(file).hasBinaryContent(concatenated(newer));
    }

    @Test
    void headerOfANewerVersion_isNamed() throws IOException {
        Files.write(file, sealed("\"v\":3,\"n\":0,\"kind\":\"journal\"}"));

        assertThatExceptionOfType(JournalException.NewerVersion.class)
                .isThrownBy(() -> Samples.open(file))
                .satisfies(e -> assertThat(e.version()).isEqualTo(3));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "v":1,"n":1,"at":0,"kind":"hedged","run":"r1"}                                | unknown kind of record 'hedged'
            "v":0,"n":1,"at":0,"kind":"run_ended","run":"r1","status":"x"}                | there is no format version 0
            "n":1,"at":0,"kind":"run_ended","run":"r1","status":"x"}                      | v: missing
            "v":1,"n":1,"kind":"run_ended","run":"r1","status":"x"}                       | at: missing
            "v":1,"n":1,"at":0,"kind":"run_ended","run":"r1","status":7}                  | status: expected a string
            "v":1,"n":1,"at":0,"kind":"run_ended","run":"r1","run":"r2","status":"x"}     | duplicate key
            "v":1,"n":1,"at":0,"kind":"plan_admitted","run":"r1","position":-1,"body":{}} | negative position
            "v":1,"n":1,"at":0,"kind":"plan_admitted","run":"r1","position":0}            | body: missing
            "v":1,"n":1,"at":0,"kind":"run_started","run":"r1","goal":"00"}               | not a fingerprint: '00'
            "v":1,"n":1,"at":0,[                                                          | line 1
            """, quoteCharacter = '~')
    void impossibleLineWithTheRightChecksum_isDamage(String covered, String what) throws IOException {
        Files.write(file, concatenated(LineFormat.header(), sealed(covered)));

        assertThatExceptionOfType(JournalException.Damaged.class)
                .isThrownBy(() -> Samples.open(file))
                .withMessageContaining("is damaged at line 2: ")
                .withMessageContaining(what);
    }

    /** As versions wrote it that had no entries for batches: plan entries with facts, attempts with numbers of shards. */
    @Test
    void batchOfAnEarlierVersion_isReadInThePresentForm() throws IOException {
        String request = "\"run\":\"r1\",\"subtask\":\"%s\",\"item\":-1,%s";
        String intent = request.formatted(
                "%s",
                "\"fingerprint\":\"" + Samples.PRINT.hex() + "\",\"attempt\":%d,\"purpose\":\"WORK\",\"tier\":\"NANO\","
                        + "\"model\":\"gpt-5.4-nano\",\"reservedPicoUsd\":7}");
        String spend =
                "{\"settledPicoUsd\":5,\"forfeitedPicoUsd\":0,\"attempts\":1,\"estimated\":false,\"inputTokens\":1,"
                        + "\"cachedInputTokens\":0,\"cacheWriteTokens\":0,\"outputTokens\":1,\"reasoningTokens\":0}}";
        List<String> old = List.of(
                "\"plan_admitted\",\"run\":\"r1\",\"position\":0,\"body\":{\"shard\":\"3\",\"token\":\"t\",\"requests\":\"2\",\"tokens\":\"9\"}}",
                "\"intent\"," + intent.formatted("cats", 1_000_003),
                "\"intent\"," + intent.formatted("dogs", 1_000_003),
                "\"intent\"," + intent.formatted("dogs", 1),
                "\"plan_admitted\",\"run\":\"r1\",\"position\":1,\"body\":{\"shard\":\"3\",\"file\":\"f\"}}",
                "\"plan_admitted\",\"run\":\"r1\",\"position\":2,\"body\":{\"shard\":\"3\",\"file\":\"\"}}",
                "\"plan_admitted\",\"run\":\"r1\",\"position\":3,\"body\":{\"shard\":\"3\",\"batch\":\"b\"}}",
                "\"settled\"," + request.formatted("cats", "\"attempt\":1000003,\"end\":\"batch\",\"spend\":" + spend));
        var lines = new ArrayList<byte[]>(List.of(LineFormat.header()));
        for (String line : old) {
            lines.add(sealed("\"v\":1,\"n\":%d,\"at\":0,\"kind\":%s".formatted(lines.size(), line)));
        }
        Files.write(file, concatenated(lines.toArray(byte[][]::new)));

        try (var journal = Samples.open(file)) {
            assertThat(journal.batches("r1"))
                    .containsExactly(
                            new JournalEntry.ShardNoted("r1", 3, new JournalEntry.ShardFact.Announced("t", 2, 9)),
                            new JournalEntry.ShardNoted("r1", 3, new JournalEntry.ShardFact.Uploaded("f")),
                            new JournalEntry.ShardNoted("r1", 3, new JournalEntry.ShardFact.TurnedAway()),
                            new JournalEntry.ShardNoted("r1", 3, new JournalEntry.ShardFact.Created("b")),
                            new JournalEntry.Enqueued(
                                    JournalKey.of("r1", "dogs"), Samples.PRINT, 3, Samples.NANO, Money.ofPico(7)));
            assertThat(journal.plan("r1")).isEmpty();
            assertThat(journal.openIntents("r1"))
                    .extracting(JournalEntry.Intent::attempt)
                    .containsExactly(1);
            assertThat(journal.spent("r1").total()).isEqualTo(Money.ofPico(5 + 7 + 7));
        }
    }

    @Test
    void runThatBeganBeforeKeysWereRecorded_hasNone() throws IOException {
        String hex = Samples.PRINT.hex();
        String old =
                "\"v\":1,\"n\":1,\"at\":0,\"kind\":\"run_started\",\"run\":\"r1\",\"goal\":\"%s\",\"subject\":\"cats\",\"limitPicoUsd\":7}";
        String now =
                "\"v\":1,\"n\":2,\"at\":0,\"kind\":\"run_started\",\"run\":\"r2\",\"goal\":\"%s\",\"subject\":\"cats\",\"limitPicoUsd\":7,\"runKey\":\"user-17\"}";
        Files.write(file, concatenated(LineFormat.header(), sealed(old.formatted(hex)), sealed(now.formatted(hex))));

        try (var journal = Samples.open(file)) {
            assertThat(journal.runs())
                    .containsExactly(
                            new JournalEntry.RunStarted("r1", Samples.PRINT, "cats", Money.ofPico(7), "", ""),
                            new JournalEntry.RunStarted("r2", Samples.PRINT, "cats", Money.ofPico(7), "user-17", ""));
        }
    }

    @Test
    void moneyBeyondAnyAmount_isDamage() throws IOException {
        var settled =
                "\"v\":1,\"n\":%d,\"at\":0,\"kind\":\"settled\",\"run\":\"r1\",\"subtask\":\"a\",\"item\":-1,\"attempt\":1,\"end\":\"\","
                        + "\"spend\":{\"settledPicoUsd\":9223372036854775807,\"forfeitedPicoUsd\":0,\"attempts\":1,"
                        + "\"estimated\":false,\"inputTokens\":0,\"cachedInputTokens\":0,\"cacheWriteTokens\":0,"
                        + "\"outputTokens\":0,\"reasoningTokens\":0}}";
        Files.write(
                file, concatenated(LineFormat.header(), sealed(settled.formatted(1)), sealed(settled.formatted(2))));

        assertThatExceptionOfType(JournalException.Damaged.class)
                .isThrownBy(() -> Samples.open(file))
                .withMessageContaining("is damaged at line 3: ");
    }

    @Test
    void lineLongerThanTheCap_isDamage_andIsNotHeldInMemory() throws IOException {
        try (var out = Files.newOutputStream(file)) {
            out.write(LineFormat.header());
            var chunk = new byte[1024 * 1024];
            Arrays.fill(chunk, (byte) 'x');
            for (int i = 0; i < 20; i++) {
                out.write(chunk);
            }
        }

        assertThatExceptionOfType(JournalException.Damaged.class)
                .isThrownBy(() -> Samples.open(file))
                .withMessageContaining("is damaged at line 2: ");
    }

    private void assertDamaged(List<String> lines, int line, String what) throws IOException {
        Files.write(file, lines);
        assertThatExceptionOfType(JournalException.Damaged.class)
                .isThrownBy(() -> Samples.open(file))
                .withMessageEndingWith(" is damaged at line %d: %s".formatted(line, what));
    }

    private int startOfLastLine() {
        int at = whole.length - 1;
        while (whole[at - 1] != '\n') {
            at--;
        }
        return at;
    }

    /** A line with a right checksum, whatever it says. */
    private static byte[] sealed(String covered) {
        return LineFormat.framed("", LineFormat.tail(covered));
    }

    private static byte[] concatenated(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
