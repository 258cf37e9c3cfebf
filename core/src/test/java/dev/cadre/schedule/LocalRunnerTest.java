// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import static dev.cadre.schedule.RunRig.CODE;
import static dev.cadre.schedule.RunRig.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.budget.LedgerState;
import dev.cadre.event.RunEvent;
import dev.cadre.event.RunListener;
import dev.cadre.journal.UnrecordedException;
import dev.cadre.merge.Merged;
import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import dev.cadre.task.Outcome;
import dev.cadre.task.RunClock;
import dev.cadre.task.RunFailure;
import dev.cadre.task.RunStatus;
import dev.cadre.task.SubtaskType;
import dev.cadre.worker.RungEnd;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One graph of one subtask, {@code a}. The clock stands still until a test moves it; moving it wakes the owner. */
@Timeout(60)
class LocalRunnerTest {
    private static final long WORK = Duration.ofSeconds(8).toNanos();
    private static final long END = Duration.ofSeconds(10).toNanos();
    private static final long GRACE = Deadlines.GRACE.toNanos();

    final CountDownLatch never = new CountDownLatch(1);
    final CountDownLatch planned = new CountDownLatch(1);
    final Parts parts = new Parts();
    final HandClock clock = new HandClock();
    RunListener listener = event -> {};
    EarlierOutcomes recall = EarlierOutcomes.NOTHING;
    Optional<String> answer = Optional.empty();

    @AfterEach
    void letGo() {
        never.countDown();
        Thread.interrupted();
    }

    // --- the caller's interrupt

    @Test
    void callerThatIsInterrupted_isToldByTheException() {
        parts.work = this::waitForEver;
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> runner().run()).isInstanceOf(InterruptedException.class);
    }

    @Test
    void callerThatIsInterrupted_hearsWhatBecameOfThoseThatHadNotStarted() {
        Thread caller = Thread.currentThread();
        parts.planner = inbox -> {
            inbox.accept(new RunInput.Admitted(List.of(node("a", CODE), node("b", CODE, "a"))));
            return new RunInput.PlanEnded(List.of());
        };
        parts.work = () -> {
            caller.interrupt();
            return waitForEver();
        };
        var ended = new ArrayList<String>();
        listener = event -> {
            if (event instanceof RunEvent.SubtaskEnded end) {
                ended.add(end.subtaskId() + " " + end.outcome().reason());
            }
        };

        assertThatThrownBy(() -> runner().run()).isInstanceOf(InterruptedException.class);

        assertThat(ended).containsExactly("b skipped: CANCELLED: the run was cancelled");
    }

    @Test
    void callerThatIsInterruptedAsTheRunEnds_keepsTheResultAndTheInterrupt() throws Exception {
        answer = Optional.of("a");
        listener = event -> {
            if (event instanceof RunEvent.SubtaskEnded) {
                Thread.currentThread().interrupt();
            }
        };

        assertThat(runner().run().status()).isEqualTo(RunStatus.COMPLETE);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void callerThatIsInterruptedWhileTheLastThreadsEnd_keepsTheResultAndTheInterrupt() throws Exception {
        Thread caller = Thread.currentThread();
        parts.work = () -> {
            clock.breaks = true;
            wake();
            try {
                return waitForEver();
            } finally {
                caller.interrupt();
            }
        };

        assertThat(runner().run().failure().kind()).isEqualTo(RunFailure.Kind.ENGINE_FAILED);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(runner.abandoned()).isEmpty();
    }

    @Test
    void callerThatIsNotInterrupted_isNotAfterwards() throws Exception {
        runner().run();

        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    // --- what breaks, and what ignores its interrupt

    @Test
    void planner_thatIgnoresItsInterrupt_isLeftBehindAfterTheGrace() throws Exception {
        parts.planner = inbox -> {
            moveTo(WORK);
            ignoreInterrupts(() -> moveTo(WORK + GRACE));
            return new RunInput.PlanEnded(List.of());
        };

        RunEnding ending = runner().run();

        assertThat(ending.failure().kind()).isEqualTo(RunFailure.Kind.DEADLINE);
        assertThat(runner.abandoned()).containsExactly("cadre-r-planner");
    }

    @Test
    void rung_thatIgnoresItsInterrupt_isLeftBehindAfterTheGrace_notBefore() throws Exception {
        var takenAtWork = new AtomicInteger();
        var takenThen = new AtomicInteger();
        parts.work = () -> {
            takenAtWork.set(PlatformPlaces.OF_PROCESS.taken());
            moveTo(WORK);
            ignoreInterrupts(() -> {
                moveTo(WORK + GRACE - 1);
                moveTo(WORK + GRACE);
            });
            return new RungEnd.Cancelled();
        };
        var left = new AtomicReference<Duration>();
        listener = event -> {
            if (event instanceof RunEvent.WorkAbandoned abandoned) {
                left.set(abandoned.at());
                takenThen.set(PlatformPlaces.OF_PROCESS.taken());
            }
        };

        RunEnding ending = runner().run();

        assertThat(ending.failure().kind()).isEqualTo(RunFailure.Kind.DEADLINE);
        assertThat(runner.abandoned()).containsExactly("cadre-r-a/0");
        assertThat(left.get()).isEqualTo(Duration.ofNanos(WORK + GRACE));
        assertThat(takenThen.get()).as("its place is free").isEqualTo(takenAtWork.get() - 1);
    }

    @Test
    void merger_thatIgnoresItsInterrupt_isLeftBehind() throws Exception {
        parts.merger = () -> {
            moveTo(END);
            ignoreInterrupts(() -> moveTo(END + GRACE));
            return "late";
        };

        RunEnding ending = runner().run();

        assertThat(ending.failure()).hasToString("DEADLINE: the merger ignored its interrupt and was left behind");
        assertThat(ending.outcomes()).containsEntry("a", new Outcome.Succeeded<>(new RunRig.Out("done")));
        assertThat(runner.abandoned()).containsExactly("cadre-r-merger");
    }

    @Test
    void merger_thatWrapsItsInterruptAtTheDeadline_hasFailedByTheDeadline() throws Exception {
        parts.merger = () -> {
            moveTo(END);
            try {
                never.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException("wrapped", e);
            }
            return "late";
        };

        assertThat(runner().run().failure()).hasToString("DEADLINE: the merge was interrupted");
    }

    @Test
    void merger_isInterruptedAtTheDeadlineOfTheRun_notOfTheWork() throws Exception {
        parts.merger = () -> {
            moveTo(WORK);
            moveTo(END - 1);
            return Thread.currentThread().isInterrupted() ? "interrupted" : "in time";
        };

        assertThat(runner().run().answer()).isEqualTo("in time");
    }

    @Test
    void whatCannotBeRecorded_endsTheRun() throws Exception {
        parts.work = () -> {
            throw new UnrecordedException("the disk is full", null);
        };
        assertThat(runner().run().failure()).hasToString("JOURNAL_FAILED: the disk is full");

        parts.work = () -> new RungEnd.Accepted(new RunRig.Out("done"));
        parts.merger = () -> {
            throw new UnrecordedException("the disk is full", null);
        };
        assertThat(runner().run().failure()).hasToString("JOURNAL_FAILED: the disk is full");

        parts.planner = inbox -> {
            throw new UnrecordedException("the disk is full", null);
        };
        assertThat(runner().run().failure()).hasToString("JOURNAL_FAILED: the disk is full");
    }

    @Test
    void planThatCannotBeRecorded_endsTheRun_thoughSomeOfItIsUnderWay() throws Exception {
        parts.planner = inbox -> {
            inbox.accept(new RunInput.Admitted(node("a", CODE)));
            throw new UnrecordedException("the disk is full", null);
        };

        assertThat(runner().run().failure()).hasToString("JOURNAL_FAILED: the disk is full");
    }

    @Test
    void mergerThatAnswersNull_failsTheMerge() throws Exception {
        parts.merger = () -> null;

        assertThat(runner().run().failure().kind()).isEqualTo(RunFailure.Kind.MERGE_FAILED);
    }

    @Test
    void plannerThatThrows_failsTheRun() throws Exception {
        parts.planner = inbox -> {
            throw new IllegalStateException("no idea");
        };

        assertThat(runner().run().failure()).hasToString("PLANNER_FAILED: no idea");
    }

    @Test
    void rungThatThrows_hasFailed_andOneThatIsInterruptedWasStopped() throws Exception {
        parts.work = () -> {
            throw new IllegalStateException("no idea");
        };
        assertThat(runner().run().outcomes().get("a").reason())
                .isEqualTo("failed: CODE_FAILED: IllegalStateException: no idea, thrown by subtask type 'code'");

        parts.work = () -> {
            moveTo(WORK);
            return waitForEver();
        };
        assertThat(runner().run().outcomes().get("a").reason())
                .isEqualTo("failed: DEADLINE: the time for workers ran out");
    }

    // --- what is on record

    @Test
    void record_isAskedOnAThreadOfItsOwn_andSparesTheWork() throws Exception {
        Outcome<Object> onRecord = new Outcome.Succeeded<>(new RunRig.Out("on record"));
        var asked = new AtomicReference<Thread>();
        var name = new AtomicReference<String>();
        recall = asking(() -> {
            asked.set(Thread.currentThread());
            name.set(Thread.currentThread().getName());
            return Optional.of(onRecord);
        });
        parts.work = () -> {
            throw new IllegalStateException("it was done before");
        };

        assertThat(runner().run().outcomes()).containsEntry("a", onRecord);
        assertThat(name.get()).isEqualTo("cadre-r-a/0");
        assertThat(asked.get().isVirtual()).isFalse();
    }

    @Test
    void recordThatCannotBeRead_endsTheRun() throws Exception {
        recall = asking(() -> {
            throw new UnrecordedException("the disk is broken", null);
        });

        RunEnding ending = runner().run();

        assertThat(ending.failure()).hasToString("JOURNAL_FAILED: the disk is broken");
        assertThat(ending.outcomes().get("a").isSucceeded())
                .as("it may be on record")
                .isFalse();
    }

    private static EarlierOutcomes asking(Supplier<Optional<Outcome<Object>>> record) {
        return new EarlierOutcomes() {
            @Override
            public Optional<EarlierOutcome> outcome(String subtaskId, int item, SubtaskType<?, ?> type, Object input) {
                return record.get().map(EarlierOutcome::recorded);
            }

            @Override
            public boolean callsUserCode(SubtaskType<?, ?> type) {
                return true;
            }
        };
    }

    // --- what the owner looks at

    @Test
    void alarm_isTheNextDeadlineThatHasNotCome() {
        runner();
        assertThat(runner.alarm()).isEqualTo(WORK);
        runner.ring(WORK - 1);
        assertThat(runner.alarm()).isEqualTo(WORK);

        runner.ring(WORK);
        assertThat(runner.alarm()).isEqualTo(END);
        runner.ring(END);

        assertThat(runner.alarm()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void event_ofAnotherThread_isToldToTheListener() throws Exception {
        var event = new RunEvent.CeilingLowered("r", Duration.ofSeconds(1), Tier.NANO);
        parts.work = () -> {
            runner.post(event);
            return new RungEnd.Accepted(new RunRig.Out("done"));
        };
        var told = new ArrayList<RunEvent>();
        listener = told::add;

        var unused = runner().run();

        assertThat(told).contains(event);
    }

    @Test
    void books_areReadForEachDecision_butNotWhileInterruptedWorkEnds() throws Exception {
        parts.planner = inbox -> {
            inbox.accept(new RunInput.Admitted(List.of(node("a", CODE), node("b", CODE))));
            return new RunInput.PlanEnded(List.of());
        };
        parts.work = this::waitForEver;
        parts.otherWork = () -> {
            moveTo(WORK);
            ignoreInterrupts(() -> {});
            return new RungEnd.Cancelled();
        };
        var reads = new ArrayList<Integer>();
        listener = event -> {
            if (event instanceof RunEvent.PlanEnded) {
                reads.add(parts.reads.get());
            } else if (event instanceof RunEvent.SubtaskEnded) {
                reads.add(parts.reads.get());
                never.countDown();
            }
        };

        var unused = runner().run();

        assertThat(reads)
                .as("the machine, the plan, its end; the deadline, and not a's end; b's end")
                .containsExactly(3, 4, 5);
    }

    // --- the rig

    interface Piece<T> {
        @Nullable
        T get() throws InterruptedException;
    }

    interface Planning {
        RunInput.PlanEnded plan(Consumer<RunInput> inbox) throws InterruptedException;
    }

    private LocalRunner runner;

    private LocalRunner runner() {
        var settings = new RunMachine.Settings("r", answer, false, 4);
        var machine = new RunMachine(settings, (type, input, tier) -> Money.ZERO, recall, parts.money(), 0);
        runner = new LocalRunner("r", machine, parts, this::hear, new RunDriver("r", new Deadlines(WORK, END), clock));
        return runner;
    }

    private void hear(RunEvent event) {
        if (event instanceof RunEvent.PlanEnded) {
            planned.countDown();
        }
        listener.on(event);
    }

    private void moveTo(long time) {
        clock.now = time;
        wake();
    }

    /** Whatever the owner waits for: it looks at the time after each message. */
    private void wake() {
        runner.post(new RunEvent.CeilingLowered("r", Duration.ZERO, Tier.NANO));
    }

    private RungEnd waitForEver() throws InterruptedException {
        never.await();
        return new RungEnd.Cancelled();
    }

    /** Waits for an interrupt, does something, and goes on until the test ends. */
    private void ignoreInterrupts(Runnable onFirst) {
        boolean first = true;
        while (true) {
            try {
                never.await();
                return;
            } catch (InterruptedException ignored) {
                if (first) {
                    onFirst.run();
                }
                first = false;
            }
        }
    }

    private final class Parts implements RunParts {
        volatile Planning planner = inbox -> {
            inbox.accept(new RunInput.Admitted(node("a", CODE)));
            return new RunInput.PlanEnded(List.of());
        };
        volatile Piece<RungEnd> work = () -> new RungEnd.Accepted(new RunRig.Out("done"));
        volatile Piece<RungEnd> otherWork = () -> work.get();
        volatile Piece<Object> merger = () -> "merged";
        final AtomicInteger reads = new AtomicInteger();

        @Override
        public RunInput.PlanEnded plan(Consumer<RunInput> inbox) throws InterruptedException {
            return planner.plan(inbox);
        }

        @Override
        public RunInput.PlanEnded plan(RunCommand.StartRound round, Consumer<RunInput> inbox) {
            throw new AssertionError("nobody plans again");
        }

        @Override
        public RungEnd perform(RunCommand.StartRung rung) throws InterruptedException {
            planned.await(); // the planner is no more, and is not interrupted with the rung
            return rung.id().subtaskId().equals("a") ? work.get() : otherWork.get();
        }

        @Override
        public Optional<Merging> merging() {
            return Optional.of((outcomes, made) -> new RunInput.MergeEnded(Merged.of(merger.get())));
        }

        @Override
        public RunFailure failure(RunFailure.Kind kind, Throwable thrown) {
            return RunFailure.of(kind, String.valueOf(thrown.getMessage()));
        }

        @Override
        public LedgerState money() {
            reads.incrementAndGet();
            return RunRig.money(1_000, 0, 0);
        }
    }

    private static final class HandClock implements RunClock {
        volatile long now;
        /** At one reading. */
        volatile boolean breaks;

        @Override
        public long nanoTime() {
            if (breaks) {
                breaks = false;
                throw new IllegalStateException("the clock breaks");
            }
            return now;
        }

        @Override
        public <T> T poll(BlockingQueue<T> queue, long untilNanos) throws InterruptedException {
            return queue.take();
        }
    }
}
