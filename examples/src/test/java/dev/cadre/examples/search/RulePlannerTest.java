// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.examples.search.SearchPlan.Intent;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RulePlannerTest {
    private static SearchPlan plan(String question) {
        return new RulePlanner(Set.of("nextDelay", "parse", "File", "max_size")::contains)
                .plan(SearchQuestion.of(question));
    }

    @ParameterizedTest
    @CsvSource({
        "Where is the delay computed, WHERE",
        "who calls nextDelay, CALLERS",
        "Where is nextDelay used, CALLERS",
        "How does the retry wait, HOW",
        "why was the delay doubled, HISTORY",
        "when was the cache introduced, HISTORY",
        "list the caches, LIST",
        "Fix the delay, CHANGE",
    })
    void intent_byTheWordsOfTheQuestion(String question, Intent intent) {
        assertThat(plan(question).intent()).isEqualTo(intent);
    }

    @Test
    void symbols_areDefinedNamesThatLookLikeCode() {
        assertThat(plan("fix nextDelay and max_size, context.File, `parse`, absentName")
                        .symbols())
                .containsExactly("nextDelay", "max_size", "File", "parse");
        assertThat(plan("parse the file").symbols()).isEmpty();
        assertThat(plan("who calls parse").symbols()).containsExactly("parse");
    }

    @Test
    void callers_areLookedUpAndTraced() {
        assertThat(plan("who calls nextDelay").subtasks())
                .extracting(each -> each.id() + " " + each.work().type())
                .isEqualTo(List.of(
                        "t1 rank-files",
                        "t2 read-and-summarise",
                        "t3 rank-files",
                        "t4 read-and-summarise",
                        "t5 symbol-lookup",
                        "t6 call-sites"));
    }
}
