// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.budget.Admission;
import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.journal.UnrecordedException;
import dev.cadre.model.Tier;
import dev.cadre.pool.AttemptEvent;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.Money;
import dev.cadre.task.Failure;
import dev.cadre.task.Limits;
import dev.cadre.task.OuterRun;
import dev.cadre.task.ParallelLimit;
import dev.cadre.task.Retries;
import dev.cadre.task.Skip;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.Work;
import dev.cadre.task.Worker;
import dev.cadre.task.WorkerContext;
import dev.cadre.worker.RungScript.Note;
import dev.cadre.worker.RungScript.Topic;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CodeWorkerTest {
    private static final long DEADLINE_NANOS = Duration.ofMinutes(10).toNanos();

    private static final SubtaskType<Topic, Note> NOTED = code((topic, context) -> new Note(topic.name()));

    private final List<String> abandoned = new CopyOnWriteArrayList<>();
    private final LeavingThreads threads = new LeavingThreads();
    private final List<Integer> retried = new CopyOnWriteArrayList<>();
    /** What whoever performs the rung says. */
    private volatile boolean interrupted = false;

    private final List<AttemptEvent> attempts = new CopyOnWriteArrayList<>();
    private final SubtaskWorker worker = SubtaskWorker.of(ModelPools.builder().build());

    @Test
    void value_isAccepted() throws InterruptedException {
        var seen = new AtomicReference<WorkerContext>();

        RungEnd end = perform(code((topic, context) -> {
            seen.set(context);
            return new Note(topic.name() + "!");
        }));

        assertThat(end).isEqualTo(new RungEnd.Accepted(new Note("cats!")));
        assertThat(seen.get().runId()).isEqualTo("run-1");
        assertThat(seen.get().subtaskId()).isEqualTo("s1#3");
        assertThat(seen.get().timeout()).isPositive().isLessThanOrEqualTo(Duration.ofNanos(DEADLINE_NANOS));
    }

    @Test
    void exception_failsWithItsMessageOnOneLine() throws InterruptedException {
        assertThat(perform(throwing(new java.io.IOException("no such file:\n\tx.txt"))))
                .satisfies(end -> assertFailed(
                        end,
                        Failure.Kind.CODE_FAILED,
                        "IOException: no such file: x.txt, thrown by the code of subtask type 'code'"));
    }

    @Test
    void exceptionWithoutAMessage_failsWithItsClass() throws InterruptedException {
        assertFailed(
                perform(throwing(new IllegalStateException())),
                Failure.Kind.CODE_FAILED,
                "IllegalStateException, thrown by the code of subtask type 'code'");
    }

    @Test
    void errors_failTheSubtaskAlone() throws InterruptedException {
        assertFailed(
                perform(throwing(new AssertionError("1 != 2"))),
                Failure.Kind.CODE_FAILED,
                "AssertionError: 1 != 2, thrown by the code of subtask type 'code'");
        assertFailed(
                perform(throwing(new StackOverflowError())),
                Failure.Kind.CODE_FAILED,
                "StackOverflowError, thrown by the code of subtask type 'code'");
        assertFailed(
                perform(throwing(new OutOfMemoryError("Java heap space"))),
                Failure.Kind.CODE_FAILED,
                "OutOfMemoryError: Java heap space, thrown by the code of subtask type 'code'");
    }

    @Test
    void nothing_isAFailure() throws InterruptedException {
        assertFailed(perform(code((topic, context) -> null)), Failure.Kind.CODE_FAILED, "the code returned null");
    }

    @Test
    void valueThatCannotBeWritten_isAFailure() throws InterruptedException {
        RungEnd end = perform(code((topic, context) -> new Note(null)));

        assertThat(((RungEnd.Failed) end).failure().message()).startsWith("the code returned an unfit value: $.text");
    }

    @Test
    void interruptedException_thatNobodyCaused_isAFailureOfTheCode() throws InterruptedException {
        RungEnd end = perform(throwing(new InterruptedException("the driver gave up")));

        assertFailed(
                end,
                Failure.Kind.CODE_FAILED,
                "InterruptedException: the driver gave up, thrown by the code of subtask type 'code'");
        assertThat(((RungEnd.Failed) end).failure().cause()).containsInstanceOf(InterruptedException.class);
    }

    @Test
    void interrupt_cancels() {
        assertThatThrownBy(() -> perform(interruptedWith(new InterruptedException())))
                .isInstanceOf(InterruptedException.class);
    }

    @Test
    void interruptInsideAnotherException_cancels() {
        var wrapped =
                new IllegalStateException(new java.util.concurrent.ExecutionException(new InterruptedException()));

        assertThatThrownBy(() -> perform(interruptedWith(wrapped))).isInstanceOf(InterruptedException.class);
    }

    @Test
    void causesInACircle_endTheSearchForAnInterrupt() throws InterruptedException {
        var outer = new IllegalStateException("outer");
        outer.initCause(new IllegalStateException("inner", outer));

        assertFailed(
                perform(throwing(outer)),
                Failure.Kind.CODE_FAILED,
                "IllegalStateException: inner (in IllegalStateException: outer), thrown by the code of subtask type 'code'");
    }

    @Test
    void brokenRule_isFinalBecauseNoTierDoesBetter() throws InterruptedException {
        var type = code((topic, context) -> new Note(""))
                .accept("it is not empty", (topic, note) -> !note.text().isEmpty());

        assertFailed(perform(type), Failure.Kind.NOT_ACCEPTED, "the answer breaks the rule 'it is not empty'");
    }

    @Test
    void deadlineInThePast_startsNothing() throws InterruptedException {
        RungEnd end = worker.perform(task(throwing(new AssertionError("started"))), terms(System.nanoTime() - 1));

        assertThat(end)
                .isEqualTo(new RungEnd.Refused(
                        new Skip(Skip.Kind.DEADLINE, "the deadline passed before it could start", List.of()), null));
    }

    @Test
    void inputOfAnotherType_startsNothing() throws InterruptedException {
        RungEnd end = worker.perform(
                RungTask.first(throwing(new AssertionError("started")), "cats", "s1", Tier.NANO),
                terms(System.nanoTime() + DEADLINE_NANOS));

        assertThat(((RungEnd.Failed) end).failure().kind()).isEqualTo(Failure.Kind.INVALID_INPUT);
    }

    // --- limits

    @Test
    void limits_ofWorkOfAModel_areRefused() {
        var type = SubtaskType.model("note", Topic.class, Note.class, "State facts.");

        assertThatThrownBy(() -> type.parallel(ParallelLimit.of(1)))
                .hasMessage("subtask type 'note' is work of a model: parallel applies to plain code only");
        assertThatThrownBy(() -> type.timeout(Duration.ofSeconds(1)))
                .hasMessage("subtask type 'note' is work of a model: timeout applies to plain code only");
    }

    @Test
    void limits_thatAreNone_areRefused() {
        assertThatThrownBy(() -> ParallelLimit.of(0)).hasMessage("a parallel limit must be at least 1, not 0");
        assertThatThrownBy(() -> NOTED.timeout(Duration.ZERO))
                .hasMessage("the timeout of a call must be positive, not PT0S");
    }

    @Test
    void limit_isSharedByCopiesOfTheType_andGivenBackHoweverACallEnds() throws Exception {
        var limit = ParallelLimit.of(1);
        var thrown = List.of(new IOException("gone"), new StackOverflowError(), new InterruptedException());

        for (Throwable each : thrown) {
            try {
                perform(throwing(each).parallel(limit).describedAs("a copy"));
            } catch (InterruptedException cancelled) {
                assertThat(each).isSameAs(cancelled);
            }
        }
        perform(code((topic, context) -> null).parallel(limit));

        assertThat(limit).hasToString("ParallelLimit[1 of 1 free]");
        assertThat(perform(NOTED.parallel(limit))).isInstanceOf(RungEnd.Accepted.class);
    }

    @Test
    void callThatWaitsForItsTurn_endsAtTheDeadline() throws Exception {
        var limit = ParallelLimit.of(1);
        try (var taken = limit.acquire(Duration.ZERO).orElseThrow()) {
            RungEnd end = worker.perform(
                    task(throwing(new AssertionError("started")).parallel(limit)),
                    terms(System.nanoTime() + Duration.ofMillis(5).toNanos()));

            assertThat(((RungEnd.Refused) end).skip().kind()).isEqualTo(Skip.Kind.DEADLINE);
        }
        assertThat(limit).hasToString("ParallelLimit[1 of 1 free]");
    }

    @Test
    void callThatWaitsForItsTurn_isCancelledByAnInterrupt_andTakesNoPermit() throws Exception {
        var limit = ParallelLimit.of(1);
        var taken = limit.acquire(Duration.ZERO).orElseThrow();
        Thread.currentThread().interrupt();

        RungEnd end = perform(throwing(new AssertionError("started")).parallel(limit));

        assertThat(end).isEqualTo(new RungEnd.Cancelled(false));
        assertThat(Thread.interrupted()).isTrue();
        taken.close();
        taken.close();
        assertThat(limit).hasToString("ParallelLimit[1 of 1 free]");
    }

    @Test
    void callThatIsCancelled_doesNotBegin_whenItIsItsTurn() throws Exception {
        var limit = ParallelLimit.of(1);
        var money = Budget.usd("0.01").open();
        interrupted = true;

        RungEnd end = worker.perform(
                task(throwing(new AssertionError("started"))
                        .costing(Money.usd("0.01"))
                        .parallel(limit)),
                terms(money, System.nanoTime() + DEADLINE_NANOS));

        assertThat(end).isEqualTo(new RungEnd.Cancelled(false));
        assertThat(Thread.interrupted()).isTrue();
        assertThat(attempts).isEmpty();
        assertThat(money.state().committed()).isEqualTo(Money.ZERO);
        assertThat(limit).hasToString("ParallelLimit[1 of 1 free]");
    }

    @Test
    void callThatTakesTooLong_isInterrupted() throws Exception {
        var interrupted = new CountDownLatch(1);

        RungEnd end = perform(code((topic, context) -> {
                    try {
                        new Semaphore(0).acquire();
                    } finally {
                        interrupted.countDown();
                    }
                    return new Note("never");
                })
                .timeout(Duration.ofMillis(1)));

        assertFailed(end, Failure.Kind.TIMED_OUT, "the code did not end within PT0.001S");
        assertThat(interrupted.getCount()).isZero();
        assertThat(abandoned).isEmpty();
    }

    @Test
    void codeThatIgnoresItsInterrupt_isNamed_andKeepsItsPermitUntilItEnds() throws Exception {
        var limit = ParallelLimit.of(1);
        var open = new Semaphore(0);

        RungEnd end = perform(code((topic, context) -> {
                    open.acquireUninterruptibly();
                    return new Note("late");
                })
                .parallel(limit)
                .timeout(Duration.ofMillis(1)));

        assertFailed(end, Failure.Kind.TIMED_OUT, "the code did not end within PT0.001S");
        assertThat(abandoned).containsExactly("cadre-code:run-1/s1#3").isEqualTo(threads.left);
        assertThat(limit).hasToString("ParallelLimit[0 of 1 free]");
        open.release();
        assertThat(limit.acquire(Duration.ofMinutes(1))).isPresent();
    }

    @Test
    void callWithTimeEnough_isGivenThatTime_andCancelledByAnInterrupt() throws Exception {
        var seen = new AtomicReference<Duration>();
        var began = new CountDownLatch(1);
        var type = code((topic, context) -> {
                    seen.set(context.timeout());
                    began.countDown();
                    new Semaphore(0).acquire();
                    return new Note("never");
                })
                .timeout(Duration.ofMinutes(1));
        var cancelled = new CompletableFuture<Boolean>();
        Thread rung = Thread.ofVirtual().start(() -> {
            try {
                perform(type);
                cancelled.complete(false);
            } catch (InterruptedException cancel) {
                cancelled.complete(true);
            }
        });
        began.await();
        interrupted = true;
        rung.interrupt();

        assertThat(cancelled.get()).isTrue();
        assertThat(seen.get()).isEqualTo(Duration.ofMinutes(1));
        assertThat(abandoned).isEmpty();
    }

    @Test
    void callThatEndsThoughItWasCancelled_keepsItsValue() throws Exception {
        var began = new CountDownLatch(1);
        var type = code((topic, context) -> {
                    began.countDown();
                    try {
                        new Semaphore(0).acquire();
                    } catch (InterruptedException obeyed) {
                        return new Note("done");
                    }
                    return new Note("never");
                })
                .timeout(Duration.ofMinutes(1));
        var end = new CompletableFuture<RungEnd>();
        Thread rung = Thread.ofVirtual().start(() -> {
            try {
                end.complete(perform(type));
            } catch (Throwable thrown) {
                end.completeExceptionally(thrown);
            }
        });
        began.await();
        rung.interrupt();

        assertThat(end.get()).isEqualTo(new RungEnd.Accepted(new Note("done")));
        assertThat(abandoned).isEmpty();
    }

    // --- retries

    private static final Retries AT_ONCE = Retries.of(2, IOException.class).withDelays(Duration.ZERO, Duration.ZERO);

    private static SubtaskType<Topic, Note> failing(AtomicInteger calls, int failures, Exception thrown) {
        return code((topic, context) -> {
            if (calls.incrementAndGet() <= failures) {
                throw thrown;
            }
            return new Note("at last");
        });
    }

    @Test
    void codeThatThrows_isNotCalledAgain() throws Exception {
        var calls = new AtomicInteger();

        assertThat(perform(failing(calls, 1, new IOException("busy")))).isInstanceOf(RungEnd.Failed.class);
        assertThat(calls).hasValue(1);
        assertThat(retried).isEmpty();
    }

    @Test
    void namedException_isTriedAgain_asOftenAsAllowed_andEachTryIsTold() throws Exception {
        var calls = new AtomicInteger();

        assertThat(perform(failing(calls, 2, new UncheckedFile("busy")).retries(AT_ONCE)))
                .isEqualTo(new RungEnd.Accepted(new Note("at last")));
        assertThat(retried).containsExactly(1, 2);
        calls.set(0);
        assertFailed(
                perform(failing(calls, 3, new UncheckedFile("busy")).retries(AT_ONCE)),
                Failure.Kind.CODE_FAILED,
                "UncheckedFile: busy, thrown by the code of subtask type 'code'");
        assertThat(calls).hasValue(3);
    }

    private static final class UncheckedFile extends IOException {
        UncheckedFile(String message) {
            super(message);
        }
    }

    @Test
    void otherExceptions_areNotTriedAgain() throws Exception {
        var calls = new AtomicInteger();

        perform(failing(calls, 1, new IllegalStateException("wrong")).retries(AT_ONCE));

        assertThat(calls).hasValue(1);
    }

    @Test
    void retryThatWouldPassTheDeadline_isNotMade() throws Exception {
        var calls = new AtomicInteger();
        var type = failing(calls, 1, new IOException("busy"))
                .retries(Retries.of(1, IOException.class).withDelays(Duration.ofHours(1), Duration.ofHours(1)));

        RungEnd end = CodeWorker.perform(
                task(type),
                (Work.Code<Topic, Note>) type.work(),
                terms(System.nanoTime() + DEADLINE_NANOS),
                () -> Long.MAX_VALUE >>> 1);

        assertThat(((RungEnd.Failed) end).failure().kind()).isEqualTo(Failure.Kind.CODE_FAILED);
        assertThat(calls).hasValue(1);
        assertThat(retried).isEmpty();
    }

    @Test
    void delays_growToTheirMost() {
        var retries = Retries.of(9, IOException.class).withDelays(Duration.ofMillis(1), Duration.ofMillis(8));
        var random = new SplittableRandom(7);

        for (int failures = 1; failures <= 9; failures++) {
            long most = Math.min(8_000_000, 1_000_000L << (failures - 1));
            for (int draw = 0; draw < 100; draw++) {
                assertThat(retries.delay(failures, random).toNanos())
                        .as("seed 7")
                        .isBetween(0L, most);
            }
        }
        assertThatThrownBy(() -> Retries.of(-1)).hasMessage("retries must be between 0 and 1,000, not -1");
    }

    // --- money

    @Test
    void callThatCosts_isReservedBefore_andSettledOnceItReturned() throws Exception {
        var money = Budget.usd("0.10").open();

        RungEnd end = worker.perform(
                task(code((topic, context) -> {
                            assertThat(money.state().forfeited()).isEqualTo(Money.usd("0.03"));
                            assertThat(money.openReservations()).isEqualTo(1);
                            assertThat(attempts).singleElement().isInstanceOf(AttemptEvent.Started.class);
                            return new Note("found");
                        })
                        .costing(Money.usd("0.03"))),
                terms(money, System.nanoTime() + DEADLINE_NANOS));

        assertThat(end).isEqualTo(new RungEnd.Accepted(new Note("found")));
        assertThat(money.state().settled()).isEqualTo(Money.usd("0.03"));
        assertThat(money.openReservations()).isZero();
        assertThat(attempts).hasSize(2).last().isInstanceOf(AttemptEvent.Replied.class);
    }

    @Test
    void callThatCosts_isSettledIfItThrew_andForfeitedIfItWasInterrupted() throws Exception {
        var money = Budget.usd("0.10").open();
        long deadline = System.nanoTime() + DEADLINE_NANOS;

        worker.perform(task(throwing(new IOException("busy")).costing(Money.usd("0.01"))), terms(money, deadline));
        assertThat(money.state().settled()).isEqualTo(Money.usd("0.01"));
        assertThatThrownBy(() -> worker.perform(
                        task(interruptedWith(new InterruptedException()).costing(Money.usd("0.01"))),
                        terms(money, deadline)))
                .isInstanceOf(InterruptedException.class);
        assertThat(money.state().forfeited()).isEqualTo(Money.usd("0.01"));
        interrupted = false;
        worker.perform(
                task(code((topic, context) -> {
                            new Semaphore(0).acquire();
                            return new Note("never");
                        })
                        .costing(Money.usd("0.01"))
                        .timeout(Duration.ofMillis(1))),
                terms(money, deadline));
        assertThat(money.state().forfeited()).isEqualTo(Money.usd("0.02"));
        assertThat(money.openReservations()).isZero();
    }

    @Test
    void callThatTheBudgetCannotPay_isNotMade_andAnUnaffordableRetryFails() throws Exception {
        var money = Budget.usd("0.01").open();
        var limit = ParallelLimit.of(1);
        long deadline = System.nanoTime() + DEADLINE_NANOS;

        assertThat(worker.perform(
                        task(throwing(new AssertionError("started"))
                                .costing(Money.usd("0.02"))
                                .parallel(limit)),
                        terms(money, deadline)))
                .isEqualTo(new RungEnd.Unaffordable(Money.usd("0.02")));
        assertThat(limit).hasToString("ParallelLimit[1 of 1 free]");
        assertFailed(
                worker.perform(
                        task(failing(new AtomicInteger(), 1, new IOException("busy"))
                                .costing(Money.usd("0.01"))
                                .retries(AT_ONCE)),
                        terms(money, deadline)),
                Failure.Kind.BUDGET,
                "IOException: busy; a retry needs $0.01, which is not left");
        money.close();
        assertThat(worker.perform(
                        task(throwing(new AssertionError("started")).costing(Money.usd("0.001"))),
                        terms(money, deadline)))
                .isInstanceOf(RungEnd.Refused.class);
    }

    @Test
    void callThatCannotBeRecorded_isNotMade_andGivesPermitAndMoneyBack() {
        var money = Budget.usd("0.01").open();
        var limit = ParallelLimit.of(1);
        var terms = new RungTerms(
                "run-1",
                money,
                0,
                System.nanoTime() + DEADLINE_NANOS,
                Limits.DEFAULT,
                attempt -> {
                    throw new UnrecordedException("no space left", new IOException());
                },
                money,
                notice -> {},
                () -> false);

        assertThatThrownBy(() -> worker.perform(
                        task(throwing(new AssertionError("started"))
                                .costing(Money.usd("0.01"))
                                .parallel(limit)),
                        terms))
                .isInstanceOf(UnrecordedException.class);
        assertThat(money.state().committed()).isEqualTo(Money.ZERO);
        assertThat(limit).hasToString("ParallelLimit[1 of 1 free]");
    }

    @Test
    void callThatWaitsForMoneyInFlight_holdsNoPermit_andGoesOnWhenItIsBack() throws Exception {
        var money = Budget.usd("0.01").open();
        var limit = ParallelLimit.of(1);
        var inFlight = ((Admission.Granted) money.reserve(Money.usd("0.01"))).reservation();
        var end = new CompletableFuture<RungEnd>();
        Thread rung = Thread.ofPlatform().daemon().start(() -> {
            try {
                end.complete(worker.perform(
                        task(NOTED.costing(Money.usd("0.01")).parallel(limit)),
                        terms(money, System.nanoTime() + DEADLINE_NANOS)));
            } catch (InterruptedException cancelled) {
                end.completeExceptionally(cancelled);
            }
        });
        while (rung.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        limit.acquire(Duration.ZERO).orElseThrow().close();
        inFlight.release();

        assertThat(end.get()).isEqualTo(new RungEnd.Accepted(new Note("cats")));
    }

    private static SubtaskType<Topic, Note> code(Worker<Topic, Note> worker) {
        return SubtaskType.code("code", Topic.class, Note.class, worker);
    }

    private static SubtaskType<Topic, Note> throwing(Throwable thrown) {
        return code((topic, context) -> {
            if (thrown instanceof Exception exception) {
                throw exception;
            }
            throw (Error) thrown;
        });
    }

    /** Is interrupted by the run while it is under way. */
    private SubtaskType<Topic, Note> interruptedWith(Exception thrown) {
        return code((topic, context) -> {
            interrupted = true;
            throw thrown;
        });
    }

    private RungEnd perform(SubtaskType<Topic, Note> type) throws InterruptedException {
        return worker.perform(task(type), terms(System.nanoTime() + DEADLINE_NANOS));
    }

    private static RungTask task(SubtaskType<Topic, Note> type) {
        return RungTask.first(type, new Topic("cats"), "s1#3", Tier.NANO);
    }

    private RungTerms terms(long deadlineNanos) {
        return terms(Budget.usd("0").open(), deadlineNanos);
    }

    private RungTerms terms(BudgetGuard money, long deadlineNanos) {
        return new RungTerms(
                "run-1",
                money,
                0,
                deadlineNanos,
                Limits.DEFAULT,
                attempts::add,
                money,
                this::noticed,
                () -> interrupted,
                threads,
                OuterRun.NONE);
    }

    private void noticed(RungNotice notice) {
        if (notice instanceof RungNotice.Abandoned(String thread)) {
            abandoned.add(thread);
        }
        if (notice instanceof RungNotice.Retrying again) {
            retried.add(again.failures());
        }
    }

    private static void assertFailed(RungEnd end, Failure.Kind kind, String message) {
        assertThat(end).isInstanceOf(RungEnd.Failed.class);
        assertThat(((RungEnd.Failed) end).failure()).isEqualTo(new Failure(kind, message));
    }
}
