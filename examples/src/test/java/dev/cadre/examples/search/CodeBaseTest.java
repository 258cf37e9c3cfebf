// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.examples.repository.Deadline;
import dev.cadre.examples.repository.ReadLimits;
import dev.cadre.examples.repository.RepositoryReader;
import dev.cadre.examples.repository.RootFolder;
import dev.cadre.examples.repository.Tree;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reading and indexing leave time to search. */
class CodeBaseTest {
    private static final Duration TIME = Duration.ofSeconds(100);

    /** Looks at the clock before anything is read: the two shares are worked out. */
    private static final int LOOKS_BEFORE = 4;

    @TempDir
    Path folder;

    private final AtomicInteger looks = new AtomicInteger();

    @BeforeEach
    void write() throws Exception {
        new Tree(folder).file("A.java", "class A {}").file("B.java", "class B {}");
    }

    /** So many seconds have passed once this thread has looked at the clock so often; others see what it saw last. */
    private Deadline afterLooks(int number, int seconds) {
        Thread reader = Thread.currentThread();
        looks.set(0);
        return new Deadline(
                () -> {
                    int before = Thread.currentThread() == reader ? looks.getAndIncrement() : looks.get() - 1;
                    return Instant.EPOCH.plusSeconds(before < number ? 0 : seconds);
                },
                Instant.EPOCH.plus(TIME));
    }

    private CodeBase open(int number, int seconds) throws Exception {
        return CodeBase.open(folder, ReadLimits.STANDARD, afterLooks(number, seconds));
    }

    private int looksOfReading() throws Exception {
        Deadline far = afterLooks(Integer.MAX_VALUE, 0);
        assertThat(RepositoryReader.within(ReadLimits.STANDARD, far)
                        .read(RootFolder.of(folder))
                        .isTruncated())
                .isFalse();
        return looks.get();
    }

    @Test
    void reading_stopsAtItsShareOfTheTime() throws Exception {
        CodeBase base = open(LOOKS_BEFORE, 50);

        assertThat(base.repository().files()).isEmpty();
        assertThat(base.repository().isTruncated()).isTrue();
    }

    @Test
    void indexing_hasMoreTimeThanReading_andStopsAtItsShare() throws Exception {
        int beforeIndexing = LOOKS_BEFORE + looksOfReading();

        assertThat(open(beforeIndexing, 50).index().size()).isEqualTo(2);

        CodeBase late = open(beforeIndexing, 80);
        assertThat(late.index().size()).isZero();
        assertThat(late.repository().files()).isEmpty();
        assertThat(late.repository().isTruncated()).isTrue();
    }
}
