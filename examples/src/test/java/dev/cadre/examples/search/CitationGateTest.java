// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CitationGateTest {
    @TempDir
    Path folder;

    private CitationGate gate;

    @BeforeEach
    void open() throws Exception {
        gate = SampleCode.gate(SampleCode.open(SampleCode.write(folder).root()));
    }

    private static Citation citation(String path, int first, int last) {
        return new Citation(path, first, last, first, "", 1, List.of("t1"));
    }

    private int dropped(Citation citation) {
        return gate.check(List.of(citation)).dropped();
    }

    @Test
    void check_linesThatExist_areQuotedWordForWord() {
        assertThat(gate.check(List.of(citation("src/Cache.java", 1, 2))).citations())
                .extracting(CheckedCitation::snippet)
                .containsExactly("class Cache {\n    void evict() {}");
    }

    @Test
    void check_linesOrFilesThatDoNotExist_areDropped() {
        assertThat(dropped(citation("src/Cache.java", 1, 4))).isEqualTo(1);
        assertThat(dropped(citation("src/Cache.java", 0, 1))).isEqualTo(1);
        assertThat(dropped(citation("src/Absent.java", 1, 1))).isEqualTo(1);
        assertThat(dropped(citation("../" + folder.getFileName() + "/src/Cache.java", 1, 1)))
                .isEqualTo(1);
    }

    @Test
    void check_linesThatChangedSince_areDropped_othersOfTheFileHold() throws Exception {
        Files.writeString(folder.resolve("src/Cache.java"), "class Cache {\n    void evicT() {}\n}\n");

        assertThat(dropped(citation("src/Cache.java", 2, 2))).isEqualTo(1);
        assertThat(dropped(citation("src/Cache.java", 1, 1))).isZero();
    }

    @Test
    void check_fileReplacedByALink_isDropped() throws Exception {
        Files.move(folder.resolve("src/Cache.java"), folder.resolve("src/Moved.java"));
        Files.createSymbolicLink(folder.resolve("src/Cache.java"), folder.resolve("src/Moved.java"));

        assertThat(dropped(citation("src/Cache.java", 1, 1))).isEqualTo(1);
    }

    @Test
    void check_longLine_isCutAndMarked(@TempDir Path other) throws Exception {
        new dev.cadre.examples.repository.Tree(other).file("a.js", "x".repeat(2_500));

        assertThat(SampleCode.gate(SampleCode.open(other))
                        .check(List.of(citation("a.js", 1, 1)))
                        .citations())
                .extracting(CheckedCitation::snippet)
                .containsExactly("x".repeat(2_000) + "\u2026 [cut]");
    }
}
