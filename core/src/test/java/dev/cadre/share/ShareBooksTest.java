// SPDX-License-Identifier: Apache-2.0
package dev.cadre.share;

import static dev.cadre.share.ShareRequest.WHOLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.cadre.share.ShareAnswer.Limits;
import dev.cadre.share.ShareAnswer.Other;
import dev.cadre.share.ShareRequest.Demand;
import dev.cadre.share.ShareRequest.Heard;
import dev.cadre.share.ShareRequest.Silent;
import dev.cadre.share.SyncRequest.Stay;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class ShareBooksTest {
    private static final Duration LEASE = Duration.ofSeconds(20);

    private final MemoryLimitStore store = new MemoryLimitStore();
    private final Map<String, Long> sequences = new HashMap<>();

    private ShareAnswer ask(String holder, int keeps, long demand) {
        return ask(holder, keeps, new Demand(demand, 0), List.of(), Heard.NOTHING);
    }

    private ShareAnswer ask(String holder, int keeps, Demand demand, List<Silent> silent, Heard heard) {
        long sequence = sequences.merge(holder, 1L, Long::sum);
        return store.share(
                new ShareRequest("gpt", holder, sequence, keeps, demand, silent, heard, LEASE, Stay.GOES_ON));
    }

    private static Silent over(String holder, long sequence) {
        return new Silent(holder, sequence, Duration.ZERO);
    }

    private ShareAnswer leave(String holder) {
        long sequence = sequences.merge(holder, 1L, Long::sum);
        return store.share(new ShareRequest(
                "gpt", holder, sequence, 0, Demand.NONE, List.of(), Heard.NOTHING, LEASE, Stay.LEAVES));
    }

    /** Everybody takes what it was given, until nothing moves any more. */
    private void settle(Map<String, Demand> demands) {
        var keeps = new HashMap<String, Integer>();
        for (int round = 0; round < 4; round++) {
            demands.forEach((holder, demand) -> {
                ShareAnswer answer = ask(holder, keeps.getOrDefault(holder, 0), demand, List.of(), Heard.NOTHING);
                keeps.put(holder, Math.min(answer.share(), answer.due()));
            });
        }
    }

    private int shareOf(String holder) {
        return store.shares().stream()
                .filter(row -> row.holder().equals(holder))
                .mapToInt(ShareRow::share)
                .sum();
    }

    @Test
    void loneHolder_hasTheWhole_whateverItWants() {
        assertThat(ask("a", 0, 0).share()).isEqualTo(WHOLE);
    }

    @Test
    void share_growsByWhatOthersHaveGivenBackOnly() {
        ask("a", 0, WHOLE);
        ShareAnswer newcomer = ask("b", 0, WHOLE);
        assertThat(newcomer.share()).isZero();
        assertThat(newcomer.due()).isEqualTo(WHOLE / 2);

        ShareAnswer told = ask("a", WHOLE, WHOLE);
        assertThat(told.share()).as("it may still use it").isEqualTo(WHOLE);
        assertThat(told.due()).isEqualTo(WHOLE / 2);
        assertThat(ask("b", 0, WHOLE).share()).isZero();

        ask("a", WHOLE / 2, WHOLE);
        assertThat(ask("b", 0, WHOLE).share()).isEqualTo(WHOLE / 2);
    }

    @Test
    void smallDemands_areMet_andTheOthersDivideTheRestEqually() {
        settle(Map.of("a", new Demand(100_000, 0), "b", new Demand(WHOLE, 0), "c", new Demand(500_000, 0)));

        assertThat(shareOf("a")).isEqualTo(100_000);
        assertThat(shareOf("b")).isEqualTo(450_000);
        assertThat(shareOf("c")).isEqualTo(450_000);
    }

    @Test
    void restThatNobodyNeeds_goesToThoseWhoUseSomething_whoIsIdleKeepsOnePercent() {
        settle(Map.of("a", Demand.NONE, "b", new Demand(200_000, 0), "c", new Demand(300_000, 0)));

        assertThat(shareOf("a")).isEqualTo(WHOLE / 100);
        assertThat(shareOf("b")).isEqualTo(445_000);
        assertThat(shareOf("c")).isEqualTo(545_000);
    }

    /** Issue 18: fifty idle replicas kept half of the limits. */
    @Test
    void thoseWhoAreIdle_orSendHardlyAnything_keepOnePercentInAll() {
        var demands = new HashMap<String, Demand>(Map.of("busy", new Demand(WHOLE, 1_000)));
        for (int i = 0; i < 150; i++) {
            demands.put("idle" + i, Demand.NONE);
            demands.put("rare" + i, new Demand(1, 1));
        }
        settle(demands);

        assertThat(shareOf("busy")).isBetween(WHOLE * 99 / 100, WHOLE * 99 / 100 + 300);
        assertThat(shareOf("idle7")).isEqualTo(WHOLE / 100 / 300);
    }

    @Test
    void burstOfTheLargestCall_isAFloor_upToAnEqualPart() {
        settle(Map.of("a", new Demand(1_000, 200_000), "b", new Demand(1_000, WHOLE), "c", new Demand(WHOLE, 0)));

        assertThat(shareOf("a")).isEqualTo(200_000);
        assertThat(shareOf("b")).isEqualTo(333_333);
        assertThat(shareOf("c")).isEqualTo(466_667);
    }

    @Test
    void shares_areNeverMoreThanTheWhole_andAllOfItIsDue() {
        long seed = new SplittableRandom().nextLong();
        var random = new SplittableRandom(seed);
        for (int i = 0; i < 2_000; i++) {
            ShareRow last = row("last", random);
            int count = random.nextInt(12);
            var others = new ArrayList<ShareRow>();
            for (int other = 0; other < count; other++) {
                others.add(row("other" + other, random));
            }
            DueShares due = DueShares.of(others, last);
            int sum = due.get("last")
                    + others.stream().map(ShareRow::holder).mapToInt(due::get).sum();
            assertThat(sum).as("seed %d, case %d", seed, i).isEqualTo(WHOLE);
            assertThat(due.get("last"))
                    .as("seed %d, case %d", seed, i)
                    .isGreaterThanOrEqualTo(WHOLE / 100 / (others.size() + 1));
        }
    }

    private static ShareRow row(String holder, SplittableRandom random) {
        long share = random.nextInt(3) == 0 ? 0 : random.nextLong(2L * WHOLE);
        var demand = new Demand(share, random.nextInt(WHOLE + 1));
        Instant now = Instant.EPOCH;
        return new ShareRow("gpt", holder, 1, 0, demand, LEASE, now, now);
    }

    @Test
    void silentHolder_losesItsShare_unlessItHasSpokenSince() {
        ask("a", 0, WHOLE);
        ShareAnswer seen = ask("b", 0, WHOLE);
        assertThat(seen.others()).containsExactly(new Other("a", 1, LEASE));
        ask("a", WHOLE, WHOLE);
        Demand demand = new Demand(WHOLE, 0);
        assertThat(ask("b", 0, demand, List.of(over("a", 1)), Heard.NOTHING).share())
                .isZero();

        assertThat(ask("b", 0, demand, List.of(over("a", 2)), Heard.NOTHING).share())
                .isEqualTo(WHOLE);
    }

    @Test
    void holderThatWasTakenForDead_keepsNothing() {
        ask("a", 0, WHOLE);
        ask("b", 0, WHOLE);
        ask("b", 0, new Demand(WHOLE, 0), List.of(over("a", 1)), Heard.NOTHING);

        ShareAnswer back = ask("a", WHOLE, WHOLE);

        assertThat(back.share()).isZero();
        assertThat(store.booked()).isEqualTo(WHOLE);
    }

    @Test
    void oldRequest_changesNothing() {
        ask("a", 0, WHOLE);
        ask("a", WHOLE, WHOLE);
        sequences.put("a", 0L);

        ShareAnswer old = ask("a", 0, 0);

        assertThat(old.sequence()).isEqualTo(2);
        assertThat(store.shares().getFirst().demand().share()).isEqualTo(WHOLE);
    }

    @Test
    void holderThatLeaves_isForgotten() {
        ask("a", 0, WHOLE);

        assertThat(leave("a").share()).isZero();
        assertThat(store.shares()).isEmpty();
        assertThat(leave("nobody").share()).isZero();
    }

    private ShareAnswer leaveOwing(String holder, int keeps, Duration debt) {
        long sequence = sequences.merge(holder, 1L, Long::sum);
        return store.share(new ShareRequest(
                "gpt", holder, sequence, keeps, Demand.NONE, List.of(), Heard.NOTHING, debt, Stay.LEAVES));
    }

    /** Issue 18: a process that used more than its bucket held left, and the next one began anew. */
    @Test
    void holderThatLeavesAndOwes_keepsItsShare_untilAnotherHasSeenThatItIsPaid() {
        ask("a", 0, WHOLE);
        ask("b", 0, WHOLE);
        ask("a", WHOLE / 2, WHOLE);
        leaveOwing("a", WHOLE, Duration.ofSeconds(30));
        assertThat(shareOf("a")).as("no more than it had").isEqualTo(WHOLE / 2);
        store.pass(Duration.ofDays(1));
        ShareAnswer seen = ask("b", 0, WHOLE);
        assertThat(seen.share()).isEqualTo(WHOLE / 2);
        assertThat(seen.due()).isEqualTo(WHOLE / 2);
        Other gone = new Other("a", Long.MAX_VALUE, Duration.ofSeconds(30));
        assertThat(seen.others()).containsExactly(gone);
        ask("a", WHOLE, WHOLE);
        leave("a");
        assertThat(shareOf("a")).as("requests that come late").isEqualTo(WHOLE / 2);

        var paid = List.of(new Silent("a", Long.MAX_VALUE, Duration.ZERO));
        assertThat(ask("b", WHOLE / 2, new Demand(WHOLE, 0), paid, Heard.NOTHING)
                        .share())
                .isEqualTo(WHOLE);
    }

    @Test
    void holderThatOwes_andWasTakenForDead_keepsNothing() {
        ask("a", 0, WHOLE);
        ask("b", 0, new Demand(WHOLE, 0), List.of(over("a", 1)), Heard.NOTHING);
        leaveOwing("a", WHOLE, Duration.ofSeconds(30));

        assertThat(store.shares()).extracting(ShareRow::holder).containsExactly("b");
    }

    @Test
    void silenceThatTwoHaveSeenInPart_countsOnce() {
        ask("a", 0, WHOLE);
        var half = List.of(new Silent("a", 1, LEASE.dividedBy(2)));
        Other rest = new Other("a", 1, LEASE.dividedBy(2));
        assertThat(ask("b", 0, new Demand(WHOLE, 0), half, Heard.NOTHING).others())
                .containsExactly(rest);
        assertThat(ask("b", 0, new Demand(WHOLE, 0), half, Heard.NOTHING).others())
                .containsExactly(rest);
        var later = List.of(new Silent("a", 1, LEASE));
        assertThat(ask("b", 0, new Demand(WHOLE, 0), later, Heard.NOTHING).others())
                .containsExactly(rest);

        ask("a", WHOLE, WHOLE);
        assertThat(ask("b", 0, new Demand(WHOLE, 0), half, Heard.NOTHING).others())
                .as("it has spoken since")
                .containsExactly(new Other("a", 2, LEASE));
    }

    @Test
    void limitsThatOneWasTold_areKnownToTheNext() {
        ask("a", 0, Demand.NONE, List.of(), new Heard(500, 200_000, Duration.ZERO));
        assertThat(ask("b", 0, 0).limits()).isEqualTo(new Limits(1, 500, 200_000));

        ask("b", 0, Demand.NONE, List.of(), new Heard(-1, 100_000, Duration.ZERO));
        assertThat(ask("c", 0, 0).limits()).isEqualTo(new Limits(2, 500, 100_000));
    }

    @Test
    void pause_growsOlder_andAClockThatGoesBackMakesItNoLonger() {
        ask("a", 0, Demand.NONE, List.of(), new Heard(-1, -1, Duration.ofSeconds(30)));
        store.pass(Duration.ofSeconds(10));
        assertThat(ask("b", 0, 0).pause()).isEqualTo(new ShareAnswer.Pause(1, Duration.ofSeconds(20)));
        store.pass(Duration.ofSeconds(-3_600));
        assertThat(ask("b", 0, 0).pause()).isEqualTo(new ShareAnswer.Pause(1, Duration.ofSeconds(30)));
        store.pass(Duration.ofSeconds(7_200));
        assertThat(ask("b", 0, 0).pause()).isEqualTo(new ShareAnswer.Pause(1, Duration.ZERO));
    }

    @Test
    void shorterPause_doesNotReplaceALongerOne() {
        ask("a", 0, Demand.NONE, List.of(), new Heard(-1, -1, Duration.ofSeconds(30)));
        ask("b", 0, Demand.NONE, List.of(), new Heard(-1, -1, Duration.ofSeconds(20)));
        assertThat(ask("c", 0, 0).pause()).isEqualTo(new ShareAnswer.Pause(1, Duration.ofSeconds(30)));

        ask("b", 0, Demand.NONE, List.of(), new Heard(-1, -1, Duration.ofSeconds(31)));
        assertThat(ask("c", 0, 0).pause()).isEqualTo(new ShareAnswer.Pause(2, Duration.ofSeconds(31)));
    }

    @Test
    void request_thatMakesNoSense_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ask("a", WHOLE + 1, 0))
                .withMessage("a share is at most 1000000, not 1000001");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        new ShareRequest(" ", "a", 1, 0, Demand.NONE, List.of(), Heard.NOTHING, LEASE, Stay.GOES_ON))
                .withMessage("the name of a limit has 1 to 200 characters, not ' '");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Demand(-1, 0))
                .withMessage("a demand of -1 with bursts of 0");
    }
}
