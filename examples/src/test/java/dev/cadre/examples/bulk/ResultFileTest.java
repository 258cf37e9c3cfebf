// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.bulk;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {"{\"index\":0,|true", "{\"index\"|false", "{\"id\":1}|false", "dear diary|false"})
    void file_isToldByItsBeginning(String beginning, boolean isOurs) throws Exception {
        assertThat(ResultFile.isOurs(Files.writeString(folder.resolve("a"), beginning)))
                .isEqualTo(isOurs);
        assertThat(ResultFile.isOurs(Files.writeString(folder.resolve("b"), "")))
                .isTrue();
    }
}
