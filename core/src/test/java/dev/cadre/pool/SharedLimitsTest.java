// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import static dev.cadre.pool.FakeModel.await;
import static dev.cadre.pool.FakeModel.start;
import static dev.cadre.pool.FakeModel.terms;
import static dev.cadre.pool.PoolAssertions.assertIdle;
import static dev.cadre.share.ShareRequest.WHOLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.model.RateLimits;
import dev.cadre.share.BudgetStoreException;
import dev.cadre.share.LimitStore;
import dev.cadre.share.MemoryLimitStore;
import dev.cadre.share.ShareAnswer;
import dev.cadre.share.ShareRow;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.time.InstantSource;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The thread that talks to the store; it is woken by what happens, so hardly any test waits for a heartbeat. */
@Timeout(30)
class SharedLimitsTest {
    private static final LeaseTimes TIMES =
            LeaseTimes.DEFAULT.withHeartbeat(Duration.ofHours(1)).withLease(Duration.ofHours(3));

    private static final LeaseTimes BRIEF =
            LeaseTimes.DEFAULT.withHeartbeat(Duration.ofMillis(10)).withLease(Duration.ofMillis(300));

    private final BudgetGuard budget = Budget.usd("1").open();
    private final MemoryLimitStore memory = new MemoryLimitStore();
    private final AtomicBoolean isDown = new AtomicBoolean();
    private final LimitStore store = request -> {
        if (isDown.get()) {
            throw new BudgetStoreException(BudgetStoreException.Kind.UNREACHABLE, "down", null);
        }
        return memory.share(request);
    };

    @Test
    void pool_asksForItsShareWithItsFirstCall_andGivesItBack() throws Exception {
        try (var shared = SharedLimits.open(store, "gpt", TIMES)) {
            var pool = FakeModel.replying().pool().sharedLimits(shared).build();
            assertThat(memory.shares()).isEmpty();
            assertThat(shared.partsPerMillion()).isZero();

            start(pool, terms(budget)).result();

            assertThat(memory.shares()).extracting(ShareRow::limit).containsExactly("gpt");
            assertThat(shared.partsPerMillion()).isEqualTo(WHOLE);
            assertThat(shared).hasToString("SharedLimits['gpt', 1000000 ppm]");
            assertIdle(pool);
        }
        assertThat(memory.shares()).isEmpty();
    }

    @Test
    void twoPools_divideTheLimits() throws Exception {
        try (var one = SharedLimits.open(store, "gpt", TIMES);
                var other = SharedLimits.open(store, "gpt", TIMES)) {
            start(FakeModel.replying().pool().sharedLimits(one).build(), terms(budget))
                    .result();
            assertThat(one.partsPerMillion()).isEqualTo(WHOLE);
            var second = start(FakeModel.replying().pool().sharedLimits(other).build(), terms(budget));
            await(() -> memory.shares().size() == 2);
            assertThat(other.partsPerMillion()).isZero();
            one.close();
            second.result();

            assertThat(other.partsPerMillion()).isGreaterThan(0);
        }
    }

    @Test
    void storeThatDoesNotAnswer_keepsCallsWaiting_untilItDoes() throws Exception {
        try (var shared = SharedLimits.open(store, "gpt", TIMES)) {
            var pool = FakeModel.replying().pool().sharedLimits(shared).build();
            isDown.set(true);
            var call = start(pool, terms(budget));
            await(() -> shared.trouble().isPresent());
            assertThat(shared.trouble()).contains(BudgetStoreException.Kind.UNREACHABLE);
            assertThat(pool.load().waiting()).isEqualTo(1);

            isDown.set(false);

            call.result();
            assertThat(shared.trouble()).isEmpty();
        }
    }

    @Test
    void storeThatBreaks_doesNotEndTheThread() throws Exception {
        var breaks = new AtomicBoolean(false);
        LimitStore broken = request -> {
            if (breaks.getAndSet(false)) {
                throw new NoClassDefFoundError("a driver");
            }
            return memory.share(request);
        };
        try (var shared = SharedLimits.open(broken, "gpt", TIMES)) {
            breaks.set(true);
            start(FakeModel.replying().pool().sharedLimits(shared).build(), terms(budget))
                    .result();
        }
    }

    @Test
    void answerToAnotherRequest_givesNoShare() throws Exception {
        var wrong = new AtomicBoolean(false);
        LimitStore confused = request -> {
            var answer = memory.share(request);
            return wrong.getAndSet(false)
                    ? new ShareAnswer(99, WHOLE, WHOLE, answer.others(), answer.limits(), answer.pause())
                    : answer;
        };
        try (var shared = SharedLimits.open(confused, "gpt", TIMES)) {
            wrong.set(true);
            start(FakeModel.replying().pool().sharedLimits(shared).build(), terms(budget))
                    .result();
            assertThat(wrong).isFalse();
        }
    }

    @Test
    void storeThatIsDown_isNoticedWhenOpening() {
        isDown.set(true);

        assertThatExceptionOfType(BudgetStoreException.class)
                .isThrownBy(() -> SharedLimits.open(store, "gpt"))
                .withMessage("down");
    }

    @Test
    void closedLimits_letNothingPass() throws Exception {
        var shared = SharedLimits.open(store, "gpt", TIMES);
        var pool = FakeModel.replying().pool().sharedLimits(shared).build();
        start(pool, terms(budget)).result();
        shared.close();
        shared.close();

        var late = start(pool, terms(budget, Duration.ofMillis(20)));

        assertThat(late.failure()).isInstanceOf(CallRefusedException.class);
        assertThat(memory.shares()).isEmpty();
    }

    @Test
    void callBeforeWhichTheLimitsWereClosed_joinsNothing() throws Exception {
        var shared = SharedLimits.open(store, "gpt", TIMES);
        var pool = FakeModel.replying().pool().sharedLimits(shared).build();
        shared.close();

        assertThat(start(pool, terms(budget, Duration.ofMillis(20))).failure())
                .isInstanceOf(CallRefusedException.class);
        assertThat(memory.shares()).isEmpty();
    }

    /** Issue 18: a grant that arrived while the limits were being closed opened the pool again. */
    @Test
    void shareThatArrivesDuringTheClose_isNotUsed() throws Exception {
        var isHolding = new AtomicBoolean();
        var asked = new CountDownLatch(1);
        var answers = new CountDownLatch(1);
        LimitStore slow = request -> {
            if (isHolding.get()) {
                asked.countDown();
                joined(answers);
            }
            return memory.share(request);
        };
        var shared = SharedLimits.open(slow, "gpt", TIMES.withPatience(Duration.ZERO));
        isHolding.set(true);
        var pool = FakeModel.replying().pool().sharedLimits(shared).build();
        var call = start(pool, terms(budget));
        asked.await();
        shared.close();
        answers.countDown();
        await(() -> memory.requests() == 3);

        assertThat(memory.shares()).isEmpty();
        assertThat(shared.partsPerMillion()).isZero();
        assertThat(pool.load().waiting()).isEqualTo(1);
        call.interrupt();
        assertThat(call.failure()).isInstanceOf(InterruptedException.class);
    }

    private static void joined(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whatACallUsesTooMuch_isToldAtOnce() throws Exception {
        try (var shared = SharedLimits.open(store, "gpt", TIMES)) {
            var point = new AdmissionPoint(
                    PoolLimits.STANDARD.withTokensPerMinute(60_000),
                    RetryPolicy.none(),
                    new SplittableRandom(1),
                    InstantSource.system(),
                    UnaryOperator.identity(),
                    shared);
            var request = point.submit(terms(budget), FakeModel.RESERVED, 1);
            assertThat(point.await(request)).isInstanceOf(AdmissionRequest.Decision.Admitted.class);
            point.tell(new PoolEvent.Replied(request.ticket, 1_010_000, RateLimits.UNKNOWN));
            await(() -> memory.requests() == 3);
            var weak = new WeakReference<>(point);
            point = null;
            System.gc();

            assertThat(weak.get()).as("a pool that owes").isNotNull();
            assertThat(memory.shares().getFirst().lease())
                    .isBetween(TIMES.lease().plusSeconds(900), TIMES.lease().plusSeconds(1_020));
        }
        assertThat(memory.booked()).as("it still owes").isEqualTo(WHOLE);
    }

    /** Issue 18: pools that nobody used any more kept their shares until the limits were closed. */
    @Test
    void poolThatNobodyUsesAnyMore_leaves() throws Exception {
        try (var shared = SharedLimits.open(store, "gpt", BRIEF)) {
            callOnce(shared);

            await(() -> isCollected() && memory.shares().isEmpty());
        }
    }

    @Test
    void poolThatHasLeft_isForgotten() throws Exception {
        try (var shared = SharedLimits.open(store, "gpt", BRIEF)) {
            var pool = callOnce(shared);
            isDown.set(true);
            await(() -> shared.trouble().isPresent());
            Reference.reachabilityFence(pool);
            pool = null;

            await(() -> isCollected() && shared.trouble().isEmpty());
        }
    }

    private ModelPool callOnce(SharedLimits shared) throws Exception {
        var pool = FakeModel.replying().pool().sharedLimits(shared).build();
        start(pool, terms(budget)).result();
        assertThat(memory.shares()).hasSize(1);
        return pool;
    }

    private static boolean isCollected() {
        System.gc();
        return true;
    }

    @Test
    void times_areChecked() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LeaseTimes.DEFAULT.withLease(Duration.ZERO))
                .withMessage("the lease is PT0S; it may be PT24H at most");
        assertThat(LeaseTimes.DEFAULT.withPatience(Duration.ZERO).patience()).isZero();
    }
}
