// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.worker.CodeThreads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RungThreadsTest {
    private static final int MOST = PlatformPlaces.OF_PROCESS.most();
    private static final long FOREVER = Long.MAX_VALUE / 2;

    private final List<Thread> endWithTheTest = new ArrayList<>();

    @AfterEach
    void letGo() {
        endWithTheTest.forEach(Thread::interrupt);
    }

    @Test
    void code_runsOnPlatformThreads_asLongAsThereAreFewOfThem() throws Exception {
        var threads = new RungThreads("cadre-r-");
        BlockingQueue<Thread> begun = new LinkedBlockingQueue<>();
        var end = new CountDownLatch(1);
        Set<Thread> platform = new HashSet<>();
        for (int i = 0; i < MOST; i++) {
            assertThat(threads.code("code-" + i, RunRig.CODE, () -> await(begun, end)))
                    .isNull();
            platform.add(begun.take());
        }
        Thread more = threads.code("one more", RunRig.CODE, () -> await(begun, end));

        assertThat(platform).hasSize(MOST).noneMatch(Thread::isVirtual);
        assertThat(more).isNotNull().isSameAs(begun.take()).matches(Thread::isVirtual);
        end.countDown();
        more.join();
        assertThat(threads.close(Set.of(), FOREVER)).isFalse();
        assertThat(platform).noneMatch(Thread::isAlive);

        var next = new RungThreads("cadre-s-");
        assertThat(next.code("next", RunRig.CODE, () -> begun.add(Thread.currentThread())))
                .as("when they have ended")
                .isNull();
        assertThat(begun.take().isVirtual()).isFalse();
        next.close(Set.of(), FOREVER);
    }

    /** Takes all places of the process with code that ends when the test says so. */
    private static List<CodeThreads.Call> fill(RungThreads threads, CountDownLatch end) throws InterruptedException {
        BlockingQueue<Thread> begun = new LinkedBlockingQueue<>();
        var calls = new ArrayList<CodeThreads.Call>();
        for (int i = 0; i < MOST; i++) {
            calls.add(threads.start("code-" + i, RunRig.CODE, () -> await(begun, end)));
            begun.take();
        }
        return calls;
    }

    private static boolean isVirtual(RungThreads threads) throws InterruptedException {
        BlockingQueue<Thread> begun = new LinkedBlockingQueue<>();
        threads.start("another", RunRig.CODE, () -> begun.add(Thread.currentThread()));
        return begun.take().isVirtual();
    }

    @Test
    void threadThatWasLeftBehind_takesNoPlace() throws Exception {
        var threads = new RungThreads("cadre-r-");
        var end = new CountDownLatch(1);
        List<CodeThreads.Call> calls = fill(threads, end);
        assertThat(isVirtual(threads)).as("all places are taken").isTrue();

        calls.getFirst().leave();

        assertThat(isVirtual(threads)).isFalse();
        end.countDown();
        for (CodeThreads.Call call : calls) {
            assertThat(call.join(Duration.ofSeconds(60))).isTrue();
        }
        threads.close();
    }

    @Test
    void threadsThatWereLeftBehindByTheirRun_takeNoPlaces() throws Exception {
        var threads = new RungThreads("cadre-r-");
        var end = new CountDownLatch(1);
        List<CodeThreads.Call> calls = fill(threads, end);

        threads.close();

        assertThat(calls).noneMatch(CodeThreads.Call::hasEnded);
        var next = new RungThreads("cadre-s-");
        assertThat(isVirtual(next)).isFalse();
        end.countDown();
        next.close();
    }

    @Test
    void workThatWasLeftBehind_takesNoPlace_norDoesAPartOfIt() throws Exception {
        var threads = new RungThreads("cadre-r-");
        var still = new CountDownLatch(1);
        BlockingQueue<Thread> begun = new LinkedBlockingQueue<>();
        var strand = new ThreadedWork(
                "work",
                "work",
                new RunDriver.Work(
                        () -> {
                            var unused = threads.start("part", RunRig.CODE, () -> await(begun, still));
                            await(begun, still);
                            return () -> {};
                        },
                        thrown -> () -> {},
                        thread -> {}));
        threads.code("work", RunRig.CODE, strand::perform);
        begun.take();
        begun.take();
        int taken = PlatformPlaces.OF_PROCESS.taken();

        threads.leave(strand);

        assertThat(PlatformPlaces.OF_PROCESS.taken()).isEqualTo(taken - 2);
        still.countDown();
        threads.close();
    }

    // --- parts of work

    @Test
    void interruptOfAPart_reachesIt() throws Exception {
        var threads = new RungThreads("cadre-r-");
        BlockingQueue<String> said = new LinkedBlockingQueue<>();
        CodeThreads.Call part = threads.start("part", RunRig.CODE, () -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                said.add("interrupted");
            }
        });

        part.interrupt();

        assertThat(said.take()).isEqualTo("interrupted");
        assertThat(part.join(Duration.ofSeconds(60))).isTrue();
        threads.close();
    }

    @Test
    void interruptOfAPartThatHasEnded_neverReachesTheNextWorkOfItsThread() throws Exception {
        var threads = new RungThreads("cadre-r-");
        BlockingQueue<Thread> begun = new LinkedBlockingQueue<>();
        var end = new CountDownLatch(1);
        CodeThreads.Call part = threads.start("part", RunRig.CODE, () -> begun.add(Thread.currentThread()));
        Thread thread = begun.take();
        while (thread.getState() != Thread.State.TIMED_WAITING) { // idle
            Thread.onSpinWait();
        }
        var disturbed = new AtomicBoolean(true);
        CodeThreads.Call next = threads.start("next", RunRig.CODE, () -> {
            await(begun, end);
            disturbed.set(false);
        });
        assertThat(begun.take()).isSameAs(thread);

        part.interrupt();
        end.countDown();

        assertThat(next.join(Duration.ofSeconds(60))).isTrue();
        assertThat(disturbed).isFalse();
        threads.close();
    }

    // --- the end of the run

    /** Code whose threads are asked for as the run ends. */
    private static final class AskedAtTheEnd {
        private final RungThreads threads;
        private boolean atTheEnd;

        AskedAtTheEnd(RungThreads threads) {
            this.threads = threads;
        }

        @Override
        public int hashCode() {
            if (atTheEnd) {
                threads.close();
            }
            return 1;
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }
    }

    @Test
    void code_whoseIdleThreadsEndAsItStarts_hasAVirtualThread_andTakesNoPlace() throws Exception {
        var threads = new RungThreads("cadre-r-");
        var code = new AskedAtTheEnd(threads);
        BlockingQueue<Thread> begun = new LinkedBlockingQueue<>();
        threads.start("first", code, () -> begun.add(Thread.currentThread()));
        Thread idle = begun.take();
        while (idle.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        int taken = PlatformPlaces.OF_PROCESS.taken();
        code.atTheEnd = true;
        var end = new CountDownLatch(1);

        threads.start("second", code, () -> await(begun, end));

        assertThat(begun.take().isVirtual()).isTrue();
        assertThat(PlatformPlaces.OF_PROCESS.taken()).isEqualTo(taken);
        end.countDown();
    }

    @Test
    void code_thatStartsAsTheRunEnds_takesNoPlace() throws Exception {
        var threads = new RungThreads("cadre-r-");
        var code = new AskedAtTheEnd(threads);
        code.atTheEnd = true;
        BlockingQueue<Thread> begun = new LinkedBlockingQueue<>();
        var end = new CountDownLatch(1);
        int taken = PlatformPlaces.OF_PROCESS.taken();

        CodeThreads.Call call = threads.start("code", code, () -> await(begun, end));

        assertThat(begun.take().isVirtual()).isFalse();
        assertThat(PlatformPlaces.OF_PROCESS.taken()).isEqualTo(taken);
        end.countDown();
        assertThat(call.join(Duration.ofSeconds(60))).isTrue();
    }

    /** A thread that ends when the calling one waits for it, or with the test. */
    private Thread lastInstructions() {
        Thread owner = Thread.currentThread();
        Thread last = CodeThreads.builder("last instructions").start(() -> {
            for (int seen = 0; seen < 20_000 && !Thread.currentThread().isInterrupted(); ) {
                seen += owner.getState() == Thread.State.TIMED_WAITING ? 1 : 0;
            }
        });
        endWithTheTest.add(last);
        return last;
    }

    @Test
    void close_waitsForTheLastInstructionsOfThoseThatHaveSaidTheirLastWord() {
        var threads = new RungThreads("cadre-r-");
        Thread last = lastInstructions();
        threads.ended(last);

        threads.close();

        assertThat(last.isAlive()).isFalse();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void close_keepsTheInterruptOfItsCaller_andWaitsAllTheSame() {
        var threads = new RungThreads("cadre-r-");
        Thread last = lastInstructions();
        threads.ended(last);
        Thread.currentThread().interrupt();

        threads.close();

        assertThat(last.isAlive()).isFalse();
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void close_waitsForNobodyBeyondItsTime() throws Exception {
        var threads = new RungThreads("cadre-r-");
        BlockingQueue<Thread> begun = new LinkedBlockingQueue<>();
        var end = new CountDownLatch(1);
        Thread slow = CodeThreads.builder("slow").start(() -> await(begun, end));
        threads.ended(slow);

        assertThat(threads.close(Set.of(), System.nanoTime())).isFalse();

        assertThat(slow.isAlive()).isTrue();
        end.countDown();
        slow.join();
    }

    @Test
    void othersAreWaitedForOnVirtualThreads() throws Exception {
        Thread thread = RungThreads.virtual("model", () -> {});

        assertThat(thread.isVirtual()).isTrue();
        assertThat(thread.getName()).isEqualTo("model");
        thread.join();
    }

    private static void await(BlockingQueue<Thread> begun, CountDownLatch latch) {
        begun.add(Thread.currentThread());
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
