// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.model.Tier;
import dev.cadre.pool.ModelPools;
import dev.cadre.task.Failure;
import dev.cadre.task.Limits;
import dev.cadre.task.ParallelLimit;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.Worker;
import dev.cadre.task.WorkerContext;
import dev.cadre.worker.RungScript.Note;
import dev.cadre.worker.RungScript.Topic;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class CodeWorkerTest {
    private static final long DEADLINE_NANOS = Duration.ofMinutes(10).toNanos();

    private static final SubtaskType<Topic, Note> NOTED = code((topic, context) -> new Note(topic.name()));

    private final List<String> abandoned = new CopyOnWriteArrayList<>();
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
                .satisfies(end -> assertFailed(end, Failure.Kind.CODE_FAILED, "IOException: no such file: x.txt, thrown by the code of subtask type 'code'"));
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
        assertFailed(perform(throwing(new AssertionError("1 != 2"))), Failure.Kind.CODE_FAILED, "AssertionError: 1 != 2, thrown by the code of subtask type 'code'");
        assertFailed(
                perform(throwing(new StackOverflowError())), Failure.Kind.CODE_FAILED, "StackOverflowError, thrown by the code of subtask type 'code'");
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
    void interrupt_cancels() {
        assertThatThrownBy(() -> perform(throwing(new InterruptedException())))
                .isInstanceOf(InterruptedException.class);
    }

    @Test
    void interruptInsideAnotherException_cancels() {
        var wrapped =
                new IllegalStateException(new java.util.concurrent.ExecutionException(new InterruptedException()));

        assertThatThrownBy(() -> perform(throwing(wrapped))).isInstanceOf(InterruptedException.class);
    }

    @Test
    void causesInACircle_endTheSearchForAnInterrupt() throws InterruptedException {
        var outer = new IllegalStateException("outer");
        outer.initCause(new IllegalStateException("inner", outer));

        assertFailed(perform(throwing(outer)), Failure.Kind.CODE_FAILED,
                "IllegalStateException: outer (in IllegalStateException: outer), thrown by the code of subtask type 'code'");
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

        assertFailed(end, Failure.Kind.DEADLINE, "the deadline passed before it could start");
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

            assertThat(((RungEnd.Failed) end).failure().kind()).isEqualTo(Failure.Kind.DEADLINE);
        }
        assertThat(limit).hasToString("ParallelLimit[1 of 1 free]");
    }

    @Test
    void callThatWaitsForItsTurn_isCancelledByAnInterrupt_andTakesNoPermit() throws Exception {
        var limit = ParallelLimit.of(1);
        var taken = limit.acquire(Duration.ZERO).orElseThrow();
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> perform(throwing(new AssertionError("started")).parallel(limit)))
                .isInstanceOf(InterruptedException.class);
        taken.close();
        taken.close();
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
        assertThat(abandoned).containsExactly("cadre-code:run-1/s1#3");
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
        rung.interrupt();

        assertThat(cancelled.get()).isTrue();
        assertThat(seen.get()).isEqualTo(Duration.ofMinutes(1));
        assertThat(abandoned).isEmpty();
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

    private RungEnd perform(SubtaskType<Topic, Note> type) throws InterruptedException {
        return worker.perform(task(type), terms(System.nanoTime() + DEADLINE_NANOS));
    }

    private static RungTask task(SubtaskType<Topic, Note> type) {
        return RungTask.first(type, new Topic("cats"), "s1#3", Tier.NANO);
    }

    private RungTerms terms(long deadlineNanos) {
        BudgetGuard money = Budget.usd("0").open();
        return new RungTerms("run-1", money, 0, deadlineNanos, Limits.DEFAULT, attempt -> {}, money, this::noticed);
    }

    private void noticed(RungNotice notice) {
        if (notice instanceof RungNotice.Abandoned(String thread)) {
            abandoned.add(thread);
        }
    }

    private static void assertFailed(RungEnd end, Failure.Kind kind, String message) {
        assertThat(end).isInstanceOf(RungEnd.Failed.class);
        assertThat(((RungEnd.Failed) end).failure()).isEqualTo(new Failure(kind, message));
    }
}
