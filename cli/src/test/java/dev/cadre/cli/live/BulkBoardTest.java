// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.cli.bulk.BulkTally;
import dev.cadre.event.RunEvent;
import dev.cadre.json.Json;
import dev.cadre.model.CallPurpose.Kind;
import dev.cadre.model.Tier;
import dev.cadre.model.TokenUsage;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class BulkBoardTest {
    private static final RunEvent.Call CALL = new RunEvent.Call(Kind.WORK, "line 1", Tier.NANO, "m", "m");

    private Instant now = Instant.EPOCH;
    private final BulkBoard board = new BulkBoard(() -> now, Money.usd("1"));

    private void start() {
        board.on(new RunEvent.RunStarted("r", Duration.ZERO, "", Money.usd("1")));
    }

    private void ended(long ended, long total, String spent) {
        Money cost = Money.usd(spent);
        board.accept(
                Json.obj().with("picoUsd", cost.picoUsd() / Math.max(1, ended)),
                new BulkTally(total, ended, 0, 0, 0, Spend.settled(cost, TokenUsage.NONE), ""));
    }

    @Test
    void board_beforeTheRun_saysThatItReads() {
        ended(3, 0, "0");
        assertThat(board.get()).containsExactly("reading the input  3 items are on record or malformed");
    }

    @Test
    void board_halfDone_hasBarRateRestAndCounts() {
        start();
        ended(500, 1_000, "0.02");
        now = now.plusSeconds(50);

        assertThat(board.get())
                .containsExactly(
                        "[===============               ] 50 %  500 of 1,000 items  50 s  10.0/s  about 50 s left",
                        "500 succeeded, 0 failed, 0 skipped", "$0.0000 spent of $1.00");
    }

    @Test
    void board_itemsOfAnEarlierRun_countForTheBarAndNotForTheRate() {
        ended(900, 1_000, "0");
        start();
        ended(910, 1_000, "0.001");
        now = now.plusSeconds(10);

        assertThat(board.get().getFirst())
                .isEqualTo(
                        "[===========================   ] 91 %  910 of 1,000 items  10 s  1.0/s  about 1 min 30 s left");
    }

    @Test
    void board_aHundredItemsThatCost_projectTheCostOfAll() {
        start();
        for (int i = 1; i <= 100; i++) {
            board.accept(
                    Json.obj().with("picoUsd", Money.usd("0.001").picoUsd()),
                    new BulkTally(
                            400, i, 0, 0, 0, Spend.settled(Money.usd("0.001").times(i), TokenUsage.NONE), ""));
        }

        assertThat(board.get()).last().asString().endsWith("  about $0.4000 in all");
    }

    @Test
    void board_callsThatWait_areCountedWithTheReason() {
        start();
        board.on(new RunEvent.AttemptStarted("r", Duration.ZERO, CALL, 1, Money.usd("0.01"), Duration.ZERO));
        assertThat(board.get()).last().isEqualTo("$0.0000 spent + $0.0100 reserved of $1.00  1 in flight");

        board.on(new RunEvent.AttemptEnded(
                "r",
                Duration.ofSeconds(1),
                CALL,
                new RunEvent.CallEnd.Failed("RateLimited", "slow down", Duration.ofSeconds(3)),
                Spend.NONE,
                new RunEvent.CallTimes(Duration.ZERO, Duration.ZERO)));

        assertThat(board.get()).last().isEqualTo("$0.0000 spent of $1.00  1 to be retried after rate limit");
    }

    @Test
    void board_fromTheSurveyOn_knowsHowManyItemsThereAre() {
        assertThat(board.get()).containsExactly("reading the input  0 items are on record or malformed");

        board.surveyed(30);

        assertThat(board.get().getFirst()).contains("0 %  0 of 30 items");
    }
}
