// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.examples.repository.Repository;
import dev.cadre.examples.repository.RootFolder;
import dev.cadre.examples.repository.SkipReason;
import dev.cadre.examples.repository.SourceFile;
import dev.cadre.examples.repository.Tree;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Texts of which an index would take many times the length. */
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

    /** What grows in an index: terms, what they are parts of, definitions, links between them, files. */
    private enum Shape {
        WORDS_OF_SIX_LETTERS(40, "txt", 200_000, IndexMemoryTest::word),
        WORDS_OF_TWO_CHINESE_LETTERS(
                40, "txt", 200_000, i -> "" + (char) (0x4e00 + i / 10_000) + (char) (0x4e00 + i % 10_000)),
        NAMES_OF_FIFTY_PARTS(40, "txt", 40_000, i -> cyrillic(i) + "Дд".repeat(42)),
        NAMES_OF_ONE_LONG_PART(40, "txt", 60_000, i -> word(i) + "q".repeat(94)),
        DEFINITIONS(40, "py", 100_000, i -> "def " + word(i) + "():\n    pass\n"),
        DEFINITIONS_OF_LONG_NAMES(40, "py", 40_000, i -> "def " + word(i) + "q".repeat(90) + "():\n    pass\n"),
        FILES_OF_ONE_WORD(40_000, "txt", 40_000, i -> "word");

        private final int files;
        private final String ending;
        private final int number;
        private final IntFunction<String> piece;

        Shape(int files, String ending, int number, IntFunction<String> piece) {
            this.files = files;
            this.ending = ending;
            this.number = number;
            this.piece = piece;
        }

        private static String cyrillic(int number) {
            var letters = new StringBuilder();
            for (int left = number, i = 0; i < 8; i++, left /= 8) {
                letters.append(Character.toUpperCase((char) ('а' + left % 8))).append((char) ('а' + left % 8));
            }
            return letters.toString();
        }

        private List<SourceFile> files() {
            int each = number / files;
            return IntStream.range(0, files)
                    .mapToObj(file -> SourceFile.of(
                            "main/f%05d.%s".formatted(file, ending),
                            IntStream.range(file * each, (file + 1) * each)
                                    .mapToObj(piece)
                                    .collect(Collectors.joining("\n"))))
                    .toList();
        }
    }

    /** So that the account cannot be far from the structure: it may be the larger, and not by much. */
    @ParameterizedTest
    @EnumSource
    void account_isAboutWhatTheIndexTakes(Shape shape) {
        List<SourceFile> files = shape.files();
        long before = used();

        CodeIndex index = CodeIndex.of(new Repository(NO_FOLDER, files, Map.of()), Tree.LATER, Long.MAX_VALUE);
        FileRanker ranker = FileRanker.of(index, History.none());

        double taken = used() - before;
        assertThat(taken / index.bytes())
                .as("taken %.0f, account %d", taken, index.bytes())
                .isBetween(0.6, 1.05);
        long characters = files.stream()
                .mapToLong(file -> file.text().length() + 10L * file.path().length())
                .sum();
        assertThat(index.bytes() / characters).as("bytes of a character").isLessThan(160);
        assertThat(index.size()).isEqualTo(shape.files);
        Reference.reachabilityFence(ranker);
        Reference.reachabilityFence(files);
    }

    /** What is in use behind a full collection. */
    private static long used() {
        System.gc();
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
