// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResultFileTest {
    @TempDir
    Path folder;

    @Test
    void earlierResults_stayWholeUntilTheNewOnesArePublished() throws Exception {
        Path file = Files.writeString(folder.resolve("results.jsonl"), "earlier\n");
        try (var results = ResultFile.create(file)) {
            results.write("one");
            assertThat(file).hasContent("earlier\n");

            results.publish();
            assertThat(file).hasContent("one\n");

            results.write("two");
            assertThat(file).hasContent("one\ntwo\n");
        }
        assertThat(folder).isDirectoryNotContaining("glob:**.part");
    }

    @Test
    void unpublished_leavesNothingBehind() throws Exception {
        Path file = folder.resolve("results.jsonl");
        try (var results = ResultFile.create(file)) {
            results.write("one");
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void interrupt_losesNoLine() throws Exception {
        Path file = folder.resolve("results.jsonl");
        try (var results = ResultFile.create(file)) {
            results.publish();
            Thread.currentThread().interrupt();
            results.write("one");
        }
        assertThat(Thread.interrupted()).isTrue();
        assertThat(file).hasContent("one\n");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void results_areForTheirOwnerAlone_whileTheyAreWrittenAndAfter() throws Exception {
        Path file = folder.resolve("results.jsonl");
        var ownersAlone = PosixFilePermissions.fromString("rw-------");
        try (var results = ResultFile.create(file)) {
            assertThat(Files.getPosixFilePermissions(folder.resolve("results.jsonl.part")))
                    .isEqualTo(ownersAlone);
            results.publish();
        }
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(ownersAlone);
    }

    @ParameterizedTest
    @ValueSource(strings = {"victim", "nowhere"})
    void linkAtThePart_isNotWrittenThrough(String target) throws Exception {
        Path victim = Files.writeString(folder.resolve("victim"), "theirs");
        Files.createSymbolicLink(folder.resolve("results.jsonl.part"), folder.resolve(target));

        assertThatExceptionOfType(FileSystemException.class)
                .isThrownBy(() -> ResultFile.create(folder.resolve("results.jsonl")))
                .withMessageContaining("it is a link");

        assertThat(victim).hasContent("theirs");
        assertThat(folder.resolve("nowhere")).doesNotExist();
    }

    @Test
    void linkAtTheResults_isReplacedAndNotWrittenThrough() throws Exception {
        Path victim = Files.writeString(folder.resolve("victim"), "theirs");
        Path file = Files.createSymbolicLink(folder.resolve("results.jsonl"), victim);
        try (var results = ResultFile.create(file)) {
            results.publish();
            results.write("one");
        }
        assertThat(victim).hasContent("theirs");
        assertThat(file).hasContent("one\n");
    }

    @Test
    void somethingElseAtThePart_isRefusedAndStays() throws Exception {
        Path other = Files.writeString(folder.resolve("results.jsonl.part"), "important");

        assertThatExceptionOfType(FileSystemException.class)
                .isThrownBy(() -> ResultFile.create(folder.resolve("results.jsonl")))
                .withMessageContaining("holds something else");

        assertThat(other).hasContent("important");
        assertThat(folder).isDirectoryNotContaining("glob:**.lock");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{\"index\":0,", "{\"cadre_reason\":"})
    void partOfAKilledRun_isReplaced(String left) throws Exception {
        Files.writeString(folder.resolve("results.jsonl.part"), left);
        Path file = folder.resolve("results.jsonl");
        try (var results = ResultFile.create(file)) {
            results.write("one");
            results.publish();
        }
        assertThat(file).hasContent("one\n");
    }

    @Test
    void secondWriter_isRefused_andDisturbsNothing() throws Exception {
        Path file = folder.resolve("results.jsonl");
        try (var results = ResultFile.create(file)) {
            results.write("one");
            assertThatExceptionOfType(FileSystemException.class)
                    .isThrownBy(() -> ResultFile.create(file))
                    .withMessageContaining("it is being written by this process");
            results.publish();
        }
        assertThat(file).hasContent("one\n");
        assertThat(folder).isDirectoryNotContaining("glob:**.lock");
    }

    @Test
    void folderAtThePart_isRefused() throws Exception {
        Files.createDirectory(folder.resolve("results.jsonl.part"));
        assertThatExceptionOfType(FileSystemException.class)
                .isThrownBy(() -> ResultFile.create(folder.resolve("results.jsonl")))
                .withMessageContaining("it is a folder");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{\"index\":0,|true",
                "{\"index\"|false",
                "{\"id\":1}|false",
                "dear diary|false",
                "id,text,line,status,label,reason,tier,usd,reused|true",
                "result_usd,id,status,result_tier,result_result_usd,result_reused|true",
                "id,text,status|false",
                "tier,usd,reused|false"
            })
    void file_isToldByItsBeginning(String beginning, boolean isOurs) throws Exception {
        assertThat(ResultFile.isOurs(Files.writeString(folder.resolve("a"), beginning)))
                .isEqualTo(isOurs);
        assertThat(ResultFile.isOurs(Files.writeString(folder.resolve("b"), "")))
                .isTrue();
    }
}
