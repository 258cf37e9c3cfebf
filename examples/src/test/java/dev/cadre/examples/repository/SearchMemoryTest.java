// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.examples.repository.SearchMemory.Part;
import org.junit.jupiter.api.Test;

class SearchMemoryTest {
    @Test
    void part_takesItsShare_ofWhatTheOthersLeft() {
        SearchMemory memory = SearchMemory.of(1_000);

        assertThat(memory.take(Part.NAMES, 151)).isFalse();
        assertThat(memory.take(Part.NAMES, 150)).isTrue();
        assertThat(memory.take(Part.NAMES, 1)).isFalse();
        assertThat(memory.left(Part.TEXTS)).isEqualTo(350);
        assertThat(memory.take(Part.TEXTS, 350)).isTrue();
        assertThat(memory.left(Part.RULES)).isZero();
        assertThat(memory.left(Part.INDEX)).isEqualTo(450);
        memory.giveBack(Part.NAMES, 100);
        assertThat(memory.left(Part.RULES)).isEqualTo(50);
        assertThat(memory.take(Part.TEXTS, 100)).isTrue();
    }

    @Test
    void index_takesTheSame_howeverLittleIsHeld_andHoweverMuchHistoryThereIsYet() {
        SearchMemory memory = SearchMemory.of(1_000);
        assertThat(memory.left(Part.INDEX)).isEqualTo(450);
        assertThat(memory.take(Part.HISTORY, 51)).isFalse();
        assertThat(memory.take(Part.HISTORY, 50)).isTrue();
        assertThat(memory.left(Part.INDEX)).isEqualTo(450);
        assertThat(memory.left(Part.TEXTS)).isEqualTo(500);
    }

    @Test
    void searchesAtATime_takeNoMoreThanHalfOfTheMemoryOfTheProcess() {
        long all = 0;
        for (int i = 0; i < 3; i++) {
            SearchMemory memory = SearchMemory.ofProcess(3);
            all += memory.left(Part.TEXTS) + memory.left(Part.INDEX) + memory.left(Part.HISTORY);
        }
        assertThat(all).isLessThanOrEqualTo(Runtime.getRuntime().maxMemory() / 2);
    }
}
