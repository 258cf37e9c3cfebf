// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.report;

import static dev.cadre.cli.report.Histories.at;
import static dev.cadre.cli.report.Histories.call;
import static dev.cadre.cli.report.Histories.lost;
import static dev.cadre.cli.report.Histories.part;
import static dev.cadre.cli.report.Histories.run;
import static dev.cadre.cli.report.Histories.session;
import static dev.cadre.cli.report.Histories.subtask;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.cli.report.RunHistory.Role;
import dev.cadre.cli.report.RunHistory.Session;
import dev.cadre.cli.report.RunHistory.SubtaskHistory;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    /** A clock that was set back: a session that seems to begin before the one in front of it. */
    @Test
    void moment_liesInTheFirstSession_behindWhichNoneHasBegun() {
        long seed = 20261128;
        var random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            List<Session> sessions = Stream.generate(() -> random.nextInt(1_000))
                    .limit(1 + random.nextInt(6))
                    .map(from -> session(from, from + random.nextInt(50)))
                    .toList();
            int moment = random.nextInt(1_100);
            int index = 0;
            long before = 0;
            while (index + 1 < sessions.size()
                    && !at(moment).isBefore(sessions.get(index + 1).began())) {
                before += millis(sessions.get(index));
                index++;
            }
            long inside = moment - sessions.get(index).began().toEpochMilli() + at(0).toEpochMilli();

            assertThat(new Timeline(run(sessions)).at(at(moment)))
                    .as("seed %d, case %d", seed, i)
                    .isEqualTo(before + Math.clamp(inside, 0, millis(sessions.get(index))));
        }
    }

    private static long millis(Session session) {
        return session.last().toEpochMilli() - session.began().toEpochMilli();
    }

    /** A journal may be somebody else's. */
    @ParameterizedTest
    @ValueSource(strings = {"chain", "items", "sessions"})
    @Timeout(10)
    void hugeHistory_takesLinearTime(String shape) {
        int size = 20_000;
        List<String> names = IntStream.range(0, size).mapToObj(i -> "t" + i).collect(Collectors.toUnmodifiableList());
        RunHistory run = switch (shape) {
            case "chain" ->
                run(
                        List.of(session(0, size)),
                        subtasks(
                                size,
                                i -> subtask(names.get(i), i == 0 ? List.of() : List.of(names.get(i - 1)), 0, i)));
            case "items" ->
                run(
                        List.of(session(0, size)),
                        subtasks(
                                size,
                                i -> subtask(
                                        i < size / 2 ? names.get(i) : "all#" + i,
                                        i < size / 2 ? List.of() : names,
                                        0,
                                        i)));
            default ->
                run(
                        IntStream.range(0, size)
                                .mapToObj(i -> session(i, i + 1))
                                .toList(),
                        subtasks(size, i -> subtask(names.get(i), List.of(), size, size)));
        };
        var time = new Timeline(run);
        List<Span> spans = Span.of(run, time);

        assertThat(spans).hasSize(size);
        assertThat(CriticalPath.of(spans)).hasSizeLessThanOrEqualTo(size);
        assertThat(run.spendOfItems()).isEqualTo(shape.equals("items") ? Map.of("all", Spend.NONE) : Map.of());
    }

    private static SubtaskHistory[] subtasks(int size, IntFunction<SubtaskHistory> each) {
        return IntStream.range(0, size).mapToObj(each).toArray(SubtaskHistory[]::new);
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
                        RunHistory.Role.SUBTASK, "read", "read", "", List.of(), List.of(), at(0), List.of(), null),
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
    void criticalPath_beginsWithThePlanner_untilTheFirstSubtaskWasAdmitted() {
        RunHistory run = run(
                List.of(session(0, 900)),
                part(Role.PLANNER, "planner", 800),
                subtask("cats", List.of(), 300, 500),
                subtask("brief", List.of("cats"), 310, 900));

        List<Span> path = CriticalPath.of(Span.of(run, new Timeline(run)));

        assertThat(path).extracting(span -> span.subtask().label()).containsExactly("planner", "cats", "brief");
        assertThat(path).extracting(Span::from).containsExactly(0L, 300L, 500L);
        assertThat(path.getFirst().to()).isEqualTo(300);
    }

    @Test
    void criticalPath_leadsThroughThePlanner_whereItWasLaterThanTheDependency() {
        RunHistory run = run(
                List.of(session(0, 900)),
                part(Role.PLANNER, "planner", 600),
                subtask("cats", List.of(), 100, 200),
                subtask("brief", List.of("cats"), 600, 900));

        assertThat(CriticalPath.of(Span.of(run, new Timeline(run))))
                .extracting(span -> span.subtask().label())
                .containsExactly("planner", "brief");
    }

    /** A plan may call a subtask what the page calls the planner. */
    @Test
    void criticalPath_knowsThePlannerFromASubtaskOfItsName() {
        RunHistory run = run(
                List.of(session(0, 900)),
                part(Role.PLANNER, "planner", 100),
                subtask("planner", List.of(), 100, 300),
                subtask("brief", List.of("planner"), 100, 900));

        assertThat(CriticalPath.of(Span.of(run, new Timeline(run))))
                .extracting(span -> span.subtask().role())
                .containsExactly(Role.PLANNER, Role.SUBTASK, Role.SUBTASK);
    }

    @Test
    void criticalPath_ofAMergerThatWaitedForThePlan_isThePlanner() {
        RunHistory run = run(
                List.of(session(0, 900)),
                part(Role.PLANNER, "planner", 500),
                subtask("cats", List.of(), 100, 200),
                part(Role.MERGER, "merger", 900, call(510, 890)));

        assertThat(CriticalPath.of(Span.of(run, new Timeline(run))))
                .extracting(span -> span.subtask().label())
                .containsExactly("planner", "merger");
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
