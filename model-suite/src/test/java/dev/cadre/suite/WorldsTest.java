// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import static dev.cadre.suite.Told.subtask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each world can be lived in: a model that says the right things reaches a goal, one that says wrong ones does not. */
class WorldsTest {
    private static Told differences() {
        return Told.plan(
                        subtask("read_document", "old", "{'title':'Annual report 2024'}"),
                        subtask("read_document", "new", "{'title':'Annual report 2025'}"),
                        subtask(
                                "compare_texts",
                                "{'left':{'from':'old','field':'text'},'right':{'from':'new','field':'text'}}"))
                .work("compare_texts", "{'differences':['revenue rose to 14 million']}");
    }

    private static Told kinds() {
        var told = Told.plan(
                subtask("list_mails", "{'folder':'inbox'}"),
                subtask("read_mail", "{'id':{'from':'list_mails','field':'ids'}}"),
                subtask("classify_mail", "{'body':{'from':'read_mail','field':'body'}}"),
                subtask("count_kinds", "{'kinds':{'from':'classify_mail','field':'kind'}}"));
        List<String> kinds = List.of("COMPLAINT", "ORDER", "QUESTION", "COMPLAINT");
        for (int i = 0; i < kinds.size(); i++) {
            told.work("classify_mail#" + i, "{'kind':'%s'}".formatted(kinds.get(i)));
        }
        return told;
    }

    private static Told todos() {
        return Told.plan(
                subtask("search_code", "{'term':'connection'}"),
                subtask("read_file", "{'path':{'from':'search_code','field':'paths'}}"),
                subtask("find_todos", "{'code':{'from':'read_file','field':'code'}}"));
    }

    private static Told links() {
        return Told.plan(
                subtask("list_links", "{'url':'https://example.org/museum'}"),
                subtask("fetch_page", "{'url':{'from':'list_links','field':'urls'}}"));
    }

    private static Told rows() {
        return Told.plan(subtask("filter_rows", "{'table':'sales','column':'units','atLeast':100,'atMost':null}"));
    }

    private static Told eiffel() {
        return Told.plan(
                        subtask("find_city", "{'description':'the city of the Eiffel Tower'}"),
                        subtask("forecast", "{'city':{'from':'find_city','field':'city'}}"),
                        subtask(
                                "advise",
                                "{'celsius':{'from':'forecast','field':'celsius'},'sky':{'from':'forecast','field':'sky'}}"))
                .work("find_city", "{'city':'Paris'}")
                .work("advise", "{'advice':'Take an umbrella.'}");
    }

    private static Told order() {
        String later = subtask("stock_of", "{'code':'K-10'}").replace("}}", "},\"after\":[\"place_order\"]}");
        String first = subtask("place_order", "{'code':'K-10','pieces':2}").replace("}}", "},\"after\":[]}");
        return Told.plan(first, later)
                .calling("place_order", "order", "{'code':'K-10','pieces':2}")
                .work("place_order", "{'orderNumber':'A-101'}");
    }

    private static Told bothFree() {
        return Told.plan(
                subtask("free_slots", "ana", "{'person':'Ana','date':'2026-03-02'}"),
                subtask("free_slots", "bo", "{'person':'Bo','date':'2026-03-02'}"),
                subtask(
                        "common_slots",
                        "{'left':{'from':'ana','field':'slots'},'right':{'from':'bo','field':'slots'}}"));
    }

    static Stream<Arguments> goals() {
        return Stream.of(
                arguments(
                        "plans.documents",
                        "differences",
                        differences(),
                        "Revenue rose from 10 to 14 million.",
                        "There are none."),
                arguments(
                        "plans.mails",
                        "count-kinds",
                        kinds(),
                        "Two complaints, one order and one question.",
                        "There are 3 complaints, an order, a question."),
                arguments(
                        "plans.code",
                        "todos",
                        todos(),
                        "Close idle connections, and wait longer after a timeout.",
                        "Count hits, close idle connections, wait longer after a timeout."),
                arguments(
                        "plans.pages",
                        "follow-links",
                        links(),
                        "One has the opening hours, one the prices.",
                        "Both are about a ferry."),
                arguments("plans.tables", "at-least", rows(), "north and west", "north, west, and south"),
                arguments("plans.weather", "eiffel", eiffel(), "Bring an umbrella and a jacket.", "A hat."),
                arguments("plans.shop", "order-then-stock", order(), "Three pieces are left.", "There are 5 left."),
                arguments("plans.calendar", "both-free", bothFree(), "At 1 pm.", "At 13:00 and 15:00."));
    }

    private static Exercise exercise(String section, String id) {
        return Sections.named(section).exercise(id);
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("goals")
    void rightReplies_reachAGoal(String section, String id, Told told, String right, String wrong) throws Exception {
        assertThat(told.answer(right).on(exercise(section, id))).isEqualTo(Verdict.PASSED);
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("goals")
    void wrongAnswer_isSeen(String section, String id, Told told, String right, String wrong) throws Exception {
        Verdict verdict = told.answer(wrong).on(exercise(section, id));

        assertThat(verdict.cause()).as(verdict.toString()).isEqualTo(Cause.ANSWER_WRONG);
        assertThat(verdict.detail()).contains(wrong);
    }

    @Test
    void planThatDoesNotFitItsGoal_isSeen_withItsAnswer() throws Exception {
        Told told = Told.plan(subtask("forecast", "{'city':'Rome'}"), subtask("find_city", "{'description':'Rome'}"))
                .work("find_city", "{'city':'Rome'}")
                .answer("18");

        assertThat(told.on(exercise("plans.weather", "rome")))
                .isEqualTo(new Verdict(
                        Cause.PLAN_UNFIT,
                        "more than 1 subtasks; the plan is [forecast, find_city]; the answer is right"));
    }

    @Test
    void planThatIsNotWhole_isNoPlan_evenIfThereIsAnAnswer() throws Exception {
        Told told = Told.plan(subtask("forecast", "{'city':'Rome'}"), subtask("paint", "{'city':'Rome'}"))
                .at("plan", "{\"subtasks\":[]}")
                .answer("18");

        Verdict verdict = told.on(exercise("plans.weather", "rome"));

        assertThat(verdict.cause()).isEqualTo(Cause.NO_PLAN);
        assertThat(verdict.detail()).startsWith("incomplete: [planner (").contains("paint");
    }

    @Test
    void worlds_areEightWithFortyGoalsOrMore() {
        assertThat(Sections.WORLDS).hasSize(8);
        assertThat(Sections.WORLDS.stream()
                        .mapToInt(world -> world.goals().size())
                        .sum())
                .isGreaterThanOrEqualTo(40);
        assertThat(Sections.WORLDS)
                .allSatisfy(world -> assertThat(world.goals()).hasSizeGreaterThanOrEqualTo(5));
    }

    @Test
    void goals_checkPlanAndAnswer() {
        assertThat(Sections.WORLDS).flatMap(World::goals).allSatisfy(goal -> {
            assertThat(goal.plan()).hasSizeGreaterThanOrEqualTo(2);
            assertThat(goal.answer().wanted()).isNotEmpty();
        });
    }

    @Test
    void orderThatWasPlaced_changesTheStockOfItsTrialOnly() throws Exception {
        assertThat(order().answer("3").on(exercise("plans.shop", "order-then-stock")))
                .isEqualTo(Verdict.PASSED);
        assertThat(order().answer("3").on(exercise("plans.shop", "order-then-stock")))
                .isEqualTo(Verdict.PASSED);
    }
}
