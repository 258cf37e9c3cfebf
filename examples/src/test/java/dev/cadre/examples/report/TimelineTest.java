// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.report;

import static dev.cadre.examples.report.Histories.at;
import static dev.cadre.examples.report.Histories.call;
import static dev.cadre.examples.report.Histories.lost;
import static dev.cadre.examples.report.Histories.run;
import static dev.cadre.examples.report.Histories.session;
import static dev.cadre.examples.report.Histories.subtask;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.price.Money;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is worked out of the times of a journal: the timeline, spans, the critical path, and money over time. */
class TimelineTest {
    @Test
    void timeBetweenSessions_isLeftOut() {
        var time = new Timeline(run(List.of(session(0, 100), session(90_000, 90_050))));

        assertThat(time.length()).isEqualTo(150);
        assertThat(time.resumed()).containsExactly(100L);
        assertThat(time.at(at(40))).isEqualTo(40);
        assertThat(time.at(at(50_000))).as("between the sessions").isEqualTo(100);
        assertThat(time.at(at(90_020))).isEqualTo(120);
    }

    @Test
    void momentBeforeTheStart_byAClockSetBack_isTheStart() {
        var time = new Timeline(run(List.of(session(1_000, 1_100))));

        assertThat(time.at(at(0))).isZero();
    }

    @Test
    void span_beginsWhenTheLastDependencyEnded() {
        RunHistory run = run(
                List.of(session(0, 400)),
                subtask("cats", List.of(), 10, 100, call(20, 90)),
                subtask("dogs", List.of(), 10, 200, call(20, 190)),
                subtask("brief", List.of("cats", "dogs"), 10, 400, call(250, 390)));

        List<Span> spans = Span.of(run, new Timeline(run));

        assertThat(spans).extracting(Span::from).containsExactly(10L, 10L, 200L);
        assertThat(spans).extracting(Span::to).containsExactly(100L, 200L, 400L);
    }

    @Test
    void span_ofOneThatWaitedForAFanOut_beginsAfterItsLastItem() {
        RunHistory run = run(
                List.of(session(0, 400)),
                new RunHistory.SubtaskHistory(
                        RunHistory.Role.SUBTASK, "read", "read", List.of(), at(0), List.of(), null),
                subtask("read#0", List.of(), 0, 300),
                subtask("read#1", List.of(), 0, 100),
                subtask("brief", List.of("read"), 0, 400));

        List<Span> spans = Span.of(run, new Timeline(run));

        assertThat(spans)
                .filteredOn(span -> span.subtask().label().equals("brief"))
                .extracting(Span::from)
                .containsExactly(300L);
    }

    @Test
    void criticalPath_isTheChainOfThoseThatWereWaitedFor() {
        RunHistory run = run(
                List.of(session(0, 500)),
                subtask("cats", List.of(), 0, 100),
                subtask("dogs", List.of(), 0, 200),
                subtask("lone", List.of(), 0, 450),
                subtask("brief", List.of("cats", "dogs"), 0, 500));

        assertThat(CriticalPath.of(Span.of(run, new Timeline(run))))
                .extracting(span -> span.subtask().label())
                .containsExactly("dogs", "brief");
    }

    @Test
    void criticalPath_ofSubtasksThatWaitForNobody_isNone() {
        RunHistory run =
                run(List.of(session(0, 500)), subtask("cats", List.of(), 0, 100), subtask("dogs", List.of(), 0, 200));

        assertThat(CriticalPath.of(Span.of(run, new Timeline(run)))).isEmpty();
    }

    @Test
    void criticalPath_ofSubtasksThatWaitForEachOther_ends() {
        RunHistory run = run(
                List.of(session(0, 500)),
                subtask("cats", List.of("dogs"), 0, 100),
                subtask("dogs", List.of("cats"), 0, 200));

        assertThat(CriticalPath.of(Span.of(run, new Timeline(run)))).hasSize(2);
    }

    @Test
    void money_isReservedWhileACallIsInFlight() {
        RunHistory run = run(
                List.of(session(0, 300)), subtask("cats", List.of(), 0, 300, call(10, 100), call(50, 200), lost(250)));

        assertThat(MoneyChart.steps(run, new Timeline(run)))
                .containsExactly(
                        step(10, "0", "0.01"),
                        step(50, "0", "0.02"),
                        step(100, "0.005", "0.01"),
                        step(200, "0.01", "0"),
                        step(250, "0.01", "0.01"),
                        step(300, "0.02", "0"));
    }

    private static MoneyChart.Step step(long at, String spent, String reserved) {
        return new MoneyChart.Step(at, Money.usd(spent), Money.usd(reserved));
    }
}
