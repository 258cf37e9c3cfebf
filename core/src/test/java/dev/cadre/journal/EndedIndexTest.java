// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class EndedIndexTest {
    /** Two keys with the same hash. */
    static final JournalKey ONE = new JournalKey("bulk", "s471691", 0);

    static final JournalKey OTHER = new JournalKey("bulk", "s1014164", 1_071_242_870);

    private static final int MANY = 100_000;

    private final EndedIndex index = new EndedIndex();

    private static JournalKey key(int item) {
        return new JournalKey("bulk", "label", item);
    }

    @Test
    @Tag("slow")
    void everyKey_amongMany_isFound() {
        for (int i = 0; i < MANY; i++) {
            index.add(key(i), Samples.PRINT, new Location(i, i + 1));
        }

        for (int i = 0; i < MANY; i++) {
            assertThat(index.candidates(key(i), Samples.PRINT)).containsExactly(new Location(i, i + 1));
        }
        assertThat(index.candidates(key(MANY), Samples.PRINT)).isEmpty();
        assertThat(index.candidates(key(1), Fingerprint.of("another"))).isEmpty();
    }

    @Test
    void oneKey_addedOften_givesTheLatestFirst_alsoAfterGrowing() {
        for (int i = 0; i < 1_000; i++) {
            index.add(key(7), Samples.PRINT, new Location(i, 10));
        }

        var candidates = index.candidates(key(7), Samples.PRINT);

        assertThat(candidates).hasSize(1_000);
        assertThat(candidates.getFirst()).isEqualTo(new Location(999, 10));
        assertThat(candidates.getLast()).isEqualTo(new Location(0, 10));
    }

    @Test
    void keysWithOneHash_areBothCandidates() {
        index.add(ONE, Samples.PRINT, new Location(1, 10));
        index.add(OTHER, Samples.PRINT, new Location(2, 10));

        assertThat(index.candidates(ONE, Samples.PRINT)).containsExactly(new Location(2, 10), new Location(1, 10));
    }
}
