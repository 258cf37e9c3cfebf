// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.examples.index.FileRanker.Among;
import dev.cadre.examples.index.FileRanker.Sides;
import dev.cadre.examples.repository.Deadline;
import dev.cadre.examples.repository.Repository;
import dev.cadre.examples.repository.SkipReason;
import dev.cadre.examples.repository.SourceFile;
import dev.cadre.examples.repository.Tree;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FileRankerTest {
    private static final SourceFile RETRY =
            SourceFile.of("src/Retry.java", "class Retry {\n  void retryLater() { backoff(); }\n}\n");
    private static final SourceFile RETRY_TEST =
            SourceFile.of("src/test/RetryTest.java", "class RetryTest {\n  void retryLater() { backoff(); }\n}\n");
    private static final SourceFile CACHE = SourceFile.of("src/Cache.java", "class Cache {\n  void evict() { }\n}\n");
    private static final SourceFile CACHE_TWIN =
            SourceFile.of("src/Dache.java", "class Dache {\n  void evict() { }\n}\n");
    private static final SourceFile README = SourceFile.of("README.md", "retry and evict\n");

    private static CodeIndex index(SourceFile... files) {
        var sorted = java.util.Arrays.stream(files)
                .sorted(Comparator.comparing(SourceFile::path))
                .toList();
        return CodeIndex.of(new Repository(Path.of("/"), sorted, Map.of()), Tree.LATER);
    }

    private static List<String> rank(CodeIndex index, History history, String question, Among among, Sides sides) {
        return FileRanker.of(index, history).rank(Query.of(question), among, sides, path -> true).stream()
                .map(RankedFile::path)
                .toList();
    }

    @Test
    void rank_testsStandBehind_unlessAskedFor() {
        CodeIndex index = index(RETRY, RETRY_TEST, CACHE);

        assertThat(rank(index, History.none(), "where is the retrying with backoff", Among.CODE, Sides.BEHIND))
                .startsWith("src/Retry.java", "src/test/RetryTest.java");
        assertThat(rank(index, History.none(), "retry test", Among.CODE, Sides.BEHIND))
                .first()
                .isEqualTo("src/test/RetryTest.java");
    }

    @Test
    void rank_sameTextInATestFolder_standsBehind_unlessSidesAreEqual() {
        CodeIndex index =
                index(SourceFile.of("a/test/Retry.java", "backoff;\n"), SourceFile.of("src/Retry.java", "backoff;\n"));

        assertThat(rank(index, History.none(), "backoff", Among.CODE, Sides.BEHIND))
                .containsExactly("src/Retry.java", "a/test/Retry.java");
        assertThat(rank(index, History.none(), "backoff", Among.CODE, Sides.EQUAL))
                .containsExactly("a/test/Retry.java", "src/Retry.java");
    }

    @Test
    void rank_tie_goesByPath() {
        assertThat(rank(index(CACHE_TWIN, CACHE), History.none(), "evict", Among.CODE, Sides.BEHIND))
                .containsExactly("src/Cache.java", "src/Dache.java");
    }

    @Test
    void rank_text_isApartFromCode() {
        CodeIndex index = index(RETRY, README);

        assertThat(rank(index, History.none(), "retry", Among.CODE, Sides.BEHIND))
                .containsExactly("src/Retry.java");
        assertThat(rank(index, History.none(), "retry", Among.TEXT, Sides.BEHIND))
                .containsExactly("README.md");
    }

    @Test
    void rank_commitSubjects_breakATie() {
        var commit = new Commit("abc", "2026-01-01", "Evict stale entries", List.of("src/Dache.java"));

        assertThat(rank(
                        index(CACHE, CACHE_TWIN),
                        new History(List.of(commit), Optional.empty()),
                        "evict stale entries",
                        Among.CODE,
                        Sides.BEHIND))
                .first()
                .isEqualTo("src/Dache.java");
    }

    /** Also of files that several threads index, each from another place on. */
    @Test
    void index_untilTheDeadline_hasAllThatWasIndexed() {
        List<SourceFile> files = IntStream.range(100, 300)
                .mapToObj(i -> SourceFile.of("A" + i + ".java", "class A" + i + " {}"))
                .toList();
        var repository = new Repository(Path.of("/"), files, Map.of());
        for (int most : List.of(0, 1, 2, 40, 64, 65, 66, 67, 100, 150)) {
            var looks = new AtomicInteger();
            var deadline = new Deadline(
                    () -> looks.incrementAndGet() <= most ? Instant.EPOCH : Instant.MAX, Instant.ofEpochSecond(1));

            CodeIndex index = CodeIndex.of(repository, deadline);

            int expected = most / 65 * 64 + Math.max(0, most % 65 - 1); // a look for 64 files, and one for each
            assertThat(index.size()).isEqualTo(expected);
            Repository indexed =
                    repository.only(file -> index.source(file.path()).isPresent(), index.reasonOfTheRest());
            assertThat(indexed.files()).hasSize(expected);
            assertThat(indexed.skipped()).isEqualTo(Map.of(SkipReason.DEADLINE, 200 - expected));
        }
    }

    @Test
    void rank_noTellingWord_isEmpty() {
        assertThat(rank(index(CACHE), History.none(), "where is the code of this", Among.CODE, Sides.BEHIND))
                .isEmpty();
    }

    @Test
    void window_coverage_isTheShareOfTheQuestion() {
        List<RankedFile> ranked = FileRanker.of(index(CACHE), History.none())
                .rank(Query.of("evict zebras"), Among.CODE, Sides.BEHIND, path -> true);

        // one file: evict is in it (ln 1.33), zebras nowhere (ln 4)
        assertThat(ranked.getFirst().windows().getFirst().coverage())
                .isCloseTo(
                        Math.log(4.0 / 3) / (Math.log(4.0 / 3) + Math.log(4)),
                        org.assertj.core.data.Offset.offset(1e-9));
    }
}
