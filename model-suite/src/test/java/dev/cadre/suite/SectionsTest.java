// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.merge.Citation;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The sections beside the worlds: they are as large as they say, right replies pass, and wrong ones do not. */
class SectionsTest {
    private static Exercise first(String section) {
        return Sections.named(section).exercises().getFirst();
    }

    @ParameterizedTest
    @CsvSource({
        "classification.bank, 24",
        "classification.mails, 25",
        "classification.bugs, 24",
        "extraction.invoices, 12",
        "extraction.meetings, 12",
        "tools.travel, 4",
        "tools.shopping, 4",
        "merges, 10"
    })
    void section_hasItsExercises(String name, int size) {
        assertThat(Sections.named(name).exercises()).hasSize(size);
    }

    @Test
    void names_ofSections_differ() {
        assertThat(Sections.all()).extracting(Section::name).doesNotHaveDuplicates();
    }

    @Test
    void label_otherThanTheExpected_isWrong() throws Exception {
        Exercise exercise = first("classification.bank");

        assertThat(Told.nothing().work("01", "{'topic':'CARD_LOST'}").on(exercise))
                .isEqualTo(Verdict.PASSED);
        assertThat(Told.nothing().work("01", "{'topic':'FEE'}").on(exercise))
                .isEqualTo(new Verdict(
                        Cause.ANSWER_WRONG,
                        "FEE, not CARD_LOST: 'My wallet was stolen on the tram and the card was in it.'"));
    }

    @Test
    void label_thatIsNone_isNoResult() throws Exception {
        Told told = Told.nothing().work("01", "{'topic':'SONG'}").work("01", "{'topic':'SONG'}");

        assertThat(told.on(first("classification.bank")).cause()).isEqualTo(Cause.WORK_FAILED);
    }

    @Test
    void fields_inOtherSpelling_areRight() throws Exception {
        Told told = Told.nothing().work("01", """
                {'number':'2025-117','supplier':'NORDLYS paper','date':'2025-03-04','total':248.5,'due':'2025-04-03'}""");

        assertThat(told.on(first("extraction.invoices"))).isEqualTo(Verdict.PASSED);
    }

    @Test
    void fields_thatDiffer_areNamedOneByOne() {
        var expected = new Invoices.Invoice("1", "A", LocalDate.EPOCH, BigDecimal.TEN, Optional.empty());
        var given = new Invoices.Invoice("1", "B", LocalDate.EPOCH, BigDecimal.ONE, Optional.of(LocalDate.EPOCH));

        assertThat(Invoices.SET.differences(expected, expected)).isEmpty();
        assertThat(Invoices.SET.differences(expected, given))
                .containsExactly(
                        "supplier is \"B\", not \"A\"", "total is 1, not 10", "due is \"1970-01-01\", not null");
    }

    @Test
    void people_inAnotherOrder_areRight() {
        var one = new Meetings.Meeting(LocalDate.EPOCH, "x", List.of("Ann", "Ben"), 5);

        assertThat(Meetings.SET.differences(one, new Meetings.Meeting(LocalDate.EPOCH, "x", List.of("Ben", "Ann"), 5)))
                .isEmpty();
        assertThat(Meetings.SET.differences(one, new Meetings.Meeting(LocalDate.EPOCH, "x", List.of("Ben"), 5)))
                .hasSize(1);
    }

    @Test
    void tools_thatAreCalled_giveTheRightAnswer() throws Exception {
        Told told = Told.nothing()
                .calling("bus", "distance", "{'from':'Brekke','to':'Ardal'}")
                .calling("bus", "speed", "{'vehicle':'bus'}")
                .work("bus", "{'hours':2}");

        assertThat(told.on(first("tools.travel"))).isEqualTo(Verdict.PASSED);
    }

    @Test
    void tools_withAWrongAnswer_areWrong() throws Exception {
        assertThat(Told.nothing()
                        .work("bus", "{'hours':3}")
                        .on(first("tools.travel"))
                        .cause())
                .isEqualTo(Cause.ANSWER_WRONG);
        assertThat(Told.nothing()
                        .work("one", "{'euros':10}")
                        .on(first("tools.shopping"))
                        .cause())
                .isEqualTo(Cause.ANSWER_WRONG);
    }

    @Test
    void merge_whoseAnswerLacksAFact_isWrong() throws Exception {
        assertThat(Told.nothing().answer("240 people.").on(first("merges")).cause())
                .isEqualTo(Cause.ANSWER_WRONG);
    }

    @Test
    void merge_withoutItsCitations_isWrong() throws Exception {
        assertThat(Told.nothing()
                        .answer("240 and 60 people.")
                        .on(first("merges"))
                        .cause())
                .isEqualTo(Cause.CITATION_WRONG);
    }

    private static final MergeExercise MERGE = MergeExercise.merge("rooms", "How large are the rooms?")
            .given("hall", "The hall has 240 seats.")
            .given("gallery", "The gallery holds 60 people.")
            .answers("240")
            .cites("hall", "240");

    @Test
    void citation_ofItsOutcome_isRight() {
        assertThat(MERGE.judged("240", List.of(new Citation("hall", "the hall has 240 seats"))))
                .isEqualTo(Verdict.PASSED);
    }

    @Test
    void citation_ofAnotherOutcome_isWrong() {
        assertThat(MERGE.judged("240", List.of(new Citation("gallery", "The hall has 240 seats.")))
                        .detail())
                .contains("'gallery' does not say 'The hall has 240 seats.'", "no citation of 'hall' says '240'");
    }

    @Test
    void citation_thatTheOutcomeDoesNotHold_isWrong() {
        var good = new Citation("hall", "240 seats");

        assertThat(MERGE.judged("240", List.of(good, new Citation("hall", "250 seats")))
                        .cause())
                .isEqualTo(Cause.CITATION_WRONG);
    }
}
