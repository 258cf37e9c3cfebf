// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.event.RunEvent;
import dev.cadre.model.CallPurpose.Kind;
import dev.cadre.model.Finish;
import dev.cadre.model.Tier;
import dev.cadre.model.TokenUsage;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.task.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunBoardTest {
    private static final String RUN = "r";

    private Instant now = Instant.EPOCH;
    private final RunBoard board = new RunBoard(() -> now, Money.usd("0.25"));

    private static Duration seconds(int seconds) {
        return Duration.ofSeconds(seconds);
    }

    private void at(int seconds) {
        now = Instant.EPOCH.plusSeconds(seconds);
    }

    private void started(Kind kind, String id, int at, int number, String reserved) {
        var call = new RunEvent.Call(kind, id, Tier.NANO, "gpt-5.4-nano", "gpt-5.4-nano");
        board.on(new RunEvent.AttemptStarted(RUN, seconds(at), call, number, Money.usd(reserved), Duration.ZERO));
    }

    private void ended(Kind kind, String id, int at, RunEvent.CallEnd end, String spent) {
        var call = new RunEvent.Call(kind, id, Tier.NANO, "gpt-5.4-nano", "gpt-5.4-nano");
        var times = new RunEvent.CallTimes(Duration.ZERO, Duration.ZERO);
        board.on(new RunEvent.AttemptEnded(
                RUN, seconds(at), call, end, Spend.settled(Money.usd(spent), TokenUsage.NONE), times));
    }

    private static RunEvent.CallEnd.Replied replied() {
        return new RunEvent.CallEnd.Replied(Finish.COMPLETE, List.of());
    }

    @Test
    void board_beforeTheRun_says_thatItReads() {
        at(2);
        assertThat(board.get()).containsExactly("reading  2 s  $0.0000 spent of $0.25");
    }

    @Test
    void board_planning_saysTheModelAndWhatIsReserved() {
        board.on(new RunEvent.RunStarted(RUN, Duration.ZERO, "goal", Money.usd("0.25")));
        started(Kind.PLAN, "", 0, 1, "0.04");
        at(3);

        assertThat(board.get())
                .containsExactly(
                        "planning  3 s  $0.0000 spent + $0.0400 reserved of $0.25  1 in flight", "  gpt-5.4-nano");
    }

    @Test
    void board_showsTheSubtasksOfNestedRuns_underTheirs_andCountsTheirMoneyOnce() {
        board.on(new RunEvent.RunStarted(RUN, Duration.ZERO, "", Money.usd("0.25")));
        board.on(new RunEvent.PlanEnded(RUN, seconds(1), 1, List.of()));
        board.on(new RunEvent.RungStarted(RUN, seconds(1), "research", Tier.NANO));
        nested(2, "research", new RunEvent.RunStarted("i", Duration.ZERO, "", Money.usd("0.10")));
        nested(2, "research", new RunEvent.RungStarted("i", seconds(0), "find", Tier.NANO));
        nested(
                3,
                "research",
                new RunEvent.Nested(
                        "i", seconds(1), "find", new RunEvent.RungStarted("d", seconds(0), "look", Tier.NANO)));
        at(4);

        assertThat(board.get())
                .containsExactly(
                        "working  4 s  $0.0000 spent of $0.25",
                        "  research                    3 s",
                        "    > find                    2 s",
                        "    > find > look             1 s");

        nested(
                5,
                "research",
                new RunEvent.CodeSpent("i", seconds(3), "find", Spend.settled(Money.usd("0.01"), TokenUsage.NONE)));
        board.on(
                new RunEvent.CodeSpent(RUN, seconds(5), "research", Spend.settled(Money.usd("0.01"), TokenUsage.NONE)));
        board.on(new RunEvent.RungEnded(RUN, seconds(5), "research", Tier.NANO, null));

        assertThat(board.spent()).isEqualTo(Money.usd("0.01"));
        assertThat(board.get()).hasSize(1);
    }

    private void nested(int at, String subtask, RunEvent event) {
        board.on(new RunEvent.Nested(RUN, seconds(at), subtask, event));
    }

    @Test
    void board_working_hasALineForEachSubtaskUnderWayAndFoldsThoseThatEnded() {
        board.on(new RunEvent.SubtaskAdmitted(RUN, seconds(1), "rank", "rank", List.of()));
        board.on(new RunEvent.SubtaskAdmitted(RUN, seconds(1), "read", "read", List.of()));
        board.on(new RunEvent.PlanEnded(RUN, seconds(1), 2, List.of()));
        board.on(new RunEvent.RungStarted(RUN, seconds(1), "rank", Tier.NANO));
        board.on(new RunEvent.RungStarted(RUN, seconds(1), "read", Tier.NANO));
        started(Kind.WORK, "rank", 1, 1, "0.01");
        ended(Kind.WORK, "rank", 2, replied(), "0.0012");
        board.on(new RunEvent.RungEnded(RUN, seconds(2), "rank", Tier.NANO, null));
        board.on(new RunEvent.SubtaskEnded(RUN, seconds(2), "rank", new Outcome.Succeeded<>("x")));
        started(Kind.WORK, "read", 2, 2, "0.02");
        at(4);

        assertThat(board.get())
                .containsExactly(
                        "working  4 s  $0.0012 spent + $0.0200 reserved of $0.25  1 in flight",
                        "  read                        3 s  gpt-5.4-nano, attempt 2",
                        "  1 of 2 ended: 1 succeeded");
        assertThat(board.spent()).isEqualTo(Money.usd("0.0012"));
    }

    @Test
    void board_saysWhatIsFromTheCache() {
        board.on(new RunEvent.SubtaskAdmitted(RUN, seconds(1), "rank", "rank", List.of()));
        board.on(new RunEvent.CacheHit(RUN, seconds(1), "rank", seconds(60), Money.usd("0.01")));
        board.on(new RunEvent.SubtaskEnded(RUN, seconds(1), "rank", new Outcome.Succeeded<>("x")));
        at(2);

        assertThat(board.get()).contains("  1 of 1 ended: 1 succeeded, 1 from the cache");
    }

    @Test
    void board_attemptThatFailed_saysWhyAndWhenTheNextIsSent() {
        at(5); // reading took its time, and the run counts from here
        board.on(new RunEvent.RunStarted(RUN, Duration.ZERO, "goal", Money.usd("0.25")));
        board.on(new RunEvent.PlanEnded(RUN, seconds(0), 1, List.of()));
        board.on(new RunEvent.RungStarted(RUN, seconds(0), "read", Tier.NANO));
        started(Kind.WORK, "read", 0, 1, "0.02");
        ended(Kind.WORK, "read", 1, new RunEvent.CallEnd.Failed("RateLimited", "slow down", seconds(9)), "0");
        at(9);

        assertThat(board.get())
                .containsExactly(
                        "working  9 s  $0.0000 spent of $0.25  1 to be retried",
                        "  read                        4 s  attempt 1 failed (rate limit), next in 6 s");
    }

    @Test
    void fit_moreLinesThanRows_keepsTheFirstWithinTheColumns() {
        assertThat(LiveView.fit(List.of("a heading", "one", "two", "three"), 3, 8))
                .containsExactly("a head…", "one", "two");
    }

    @Test
    void board_ofARunThatMaySpendNothing_showsNoMoney() {
        var free = new RunBoard(() -> Instant.EPOCH, Money.ZERO);

        assertThat(String.join("\n", free.get())).doesNotContain("$");
    }
}
