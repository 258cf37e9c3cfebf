// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.examples.repository.Deadline;
import dev.cadre.examples.repository.ReadLimits;
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

    /** Looks at the clock when all is read: before the index, and before the wait for the history. */
    private static final int LOOKS_AFTER = 2;

    @TempDir
    Path folder;

    private final AtomicInteger looks = new AtomicInteger();

    @BeforeEach
    void write() throws Exception {
        new Tree(folder).file("A.java", "class A {}").file("B.java", "class B {}");
    }

    /** Opens the folder; so many seconds have passed once this thread has looked at the clock so many times. */
    private CodeBase open(int number, int seconds) throws Exception {
        Thread reader = Thread.currentThread();
        looks.set(0);
        var deadline = new Deadline(
                () -> Thread.currentThread() == reader && looks.incrementAndGet() > number
                        ? Instant.EPOCH.plusSeconds(seconds)
                        : Instant.EPOCH,
                Instant.EPOCH.plus(TIME));
        return CodeBase.open(folder, ReadLimits.STANDARD, deadline);
    }

    private int allLooks() throws Exception {
        assertThat(open(Integer.MAX_VALUE, 0).repository().isTruncated()).isFalse();
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
        int beforeIndexing = allLooks() - LOOKS_AFTER;

        assertThat(open(beforeIndexing, 50).index().size()).isEqualTo(2);

        CodeBase late = open(beforeIndexing, 80);
        assertThat(late.index().size()).isZero();
        assertThat(late.repository().files()).isEmpty();
        assertThat(late.repository().isTruncated()).isTrue();
    }
}
