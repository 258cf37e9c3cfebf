// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.examples.repository.Repository;
import dev.cadre.examples.repository.RootFolder;
import dev.cadre.examples.repository.SkipReason;
import dev.cadre.examples.repository.SourceFile;
import dev.cadre.examples.repository.Tree;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Texts of words that are all different, of which an index would take a hundred times the length. */
class IndexMemoryTest {
    private static final RootFolder NO_FOLDER = new RootFolder(Path.of("/"), "unknown");
    private static final int WORDS = 10_000;
    private static final int FILES = 60;
    private static final long MEGABYTE = 1_000_000;

    private static SourceFile file(int number) {
        return SourceFile.of(
                "data%02d.txt".formatted(number),
                IntStream.range(number * WORDS, (number + 1) * WORDS)
                        .mapToObj(IndexMemoryTest::word)
                        .collect(Collectors.joining(" ")));
    }

    /** Six letters, and no digits, which would divide it. */
    private static String word(int number) {
        var letters = new StringBuilder();
        for (int left = number, i = 0; i < 6; i++, left /= 26) {
            letters.append((char) ('a' + left % 26));
        }
        return letters.toString();
    }

    private static CodeIndex index(long maxBytes) {
        List<SourceFile> files =
                IntStream.range(0, FILES).mapToObj(IndexMemoryTest::file).toList();
        return CodeIndex.of(new Repository(NO_FOLDER, files, Map.of()), Tree.LATER, maxBytes);
    }

    @Test
    void index_thatWouldTakeMoreThanItMay_endsAtTheSameFile() {
        CodeIndex cut = index(100 * MEGABYTE);
        int size = cut.size();

        assertThat(cut.reasonOfTheRest()).isEqualTo(SkipReason.OVER_LIMIT);
        assertThat(size).isBetween(1, FILES - 1);
        assertThat(index(100 * MEGABYTE).size()).isEqualTo(size);
        assertThat(index(1_000 * MEGABYTE).size()).isEqualTo(FILES);
    }
}
