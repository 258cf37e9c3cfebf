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
        "max_size, EXACT",
        "where is `parse` defined?, EXACT",
        "where is parse defined?, WHERE",
        "where does the message 'the queue is full' come from, EXACT",
        "where does the message 'to use the queue' come from, EXACT",
        "where is @JsonCreator used, CALLERS",
        "who calls parse, CALLERS",
        "which thread count is used by default, WHERE",
        "who calls json parser, CALLERS",
        "who uses the retry policy?, CALLERS",
        "which classes use the retry policy, CALLERS",
        "where is the budget guard referenced, CALLERS",
        "who are the callers of the file parser, CALLERS",
        "Fix nextDelay of the queue, CHANGE",
        "Splitting on `a: b` could not support passwords that contain a colon so limit it, CHANGE",
    })
    void intent_byTheWordsOfTheQuestion(String question, Intent intent) {
        assertThat(plan(question).intent()).isEqualTo(intent);
    }

    @Test
    void symbols_areDefinedNamesThatLookLikeCode() {
        assertThat(plan("fix nextDelay and max_size, context.File, `parse`, absentName")
                        .symbols())
                .containsExactlyInAnyOrder("nextDelay", "max_size", "File", "parse");
        assertThat(plan("parse the file").symbols()).isEmpty();
        assertThat(plan("who calls parse").symbols()).containsExactly("parse");
    }

    @Test
    void textsInQuotesAndNamesFromElsewhere_areSearchedLetterByLetter() {
        assertThat(patterns("where is \"no (more) items\" or 'a b' printed, don't ask"))
                .containsExactly("no \\(more\\) items", "a b");
        assertThat(patterns("@JsonCreator")).containsExactly("\\bJsonCreator\\b");
        assertThat(patterns("fix the queue of JsonCreator")).isEmpty();
    }

    private static List<String> patterns(String question) {
        return plan(question).subtasks().stream()
                .map(SearchPlan.Subtask::work)
                .filter(TextSearch.Request.class::isInstance)
                .map(work -> ((TextSearch.Request) work).pattern())
                .toList();
    }

    @Test
    void callers_areLookedUpAndTraced() {
        assertThat(plan("who calls nextDelay").subtasks())
                .extracting(each -> each.id() + " " + each.work().type())
                .isEqualTo(List.of(
                        "t1 rank-files",
                        "t2 read-places",
                        "t3 rank-files",
                        "t4 read-places",
                        "t5 symbol-lookup",
                        "t6 call-sites"));
    }
}
