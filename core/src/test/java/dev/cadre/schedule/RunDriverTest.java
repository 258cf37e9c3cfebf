// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.task.RunClock;
import dev.cadre.task.SubtaskType;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Threads of a run that serve one work after another. */
@Timeout(60)
class RunDriverTest {
    private record Text(String text) {}

    private static final SubtaskType<Text, Text> CODE =
            SubtaskType.code("code", Text.class, Text.class, (text, context) -> text);
    private static final SubtaskType<Text, Text> OTHER_CODE =
            SubtaskType.code("other", Text.class, Text.class, (text, context) -> text);
    private static final Deadlines NEVER = Deadlines.at(Long.MAX_VALUE / 2);

    final RunDriver driver = new RunDriver("run", NEVER, RunClock.SYSTEM);
    final List<String> heard = new ArrayList<>();
    final BlockingQueue<Thread> threads = new LinkedBlockingQueue<>();

    private RunDriver.Work work(Supplier<String> body) {
        return new RunDriver.Work(
                () -> {
                    threads.add(Thread.currentThread());
                    String end = body.get();
                    return () -> heard.add(end);
                },
                thrown -> () -> heard.add(thrown.toString()),
                left -> heard.add(left.thread() + " stuck"));
    }

    /** Waits until all work has ended. */
    private void hearAll() throws InterruptedException {
        var run = new RunDriver.Driven() {
            @Override
            public long alarm() {
                return Long.MAX_VALUE;
            }

            @Override
            public void ring(long now) {}

            @Override
            public boolean isOver() {
                return driver.isIdle();
            }
        };
        while (!run.isOver()) {
            driver.turn(run);
        }
    }

    private static void awaitIdle(Thread thread) {
        while (thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
    }

    private static String await(CountDownLatch latch, String end) {
        try {
            latch.await();
            return end;
        } catch (InterruptedException e) {
            return "interrupted";
        }
    }

    @Test
    void threadOfCode_isUsedAgain_forTheSameCodeOnly() throws Exception {
        var local = new ThreadLocal<String>();
        driver.start("a", CODE, work(() -> {
            local.set("of a");
            return "a";
        }));
        Thread first = threads.take();
        awaitIdle(first);

        driver.start("b", CODE, work(() -> "b"));
        Thread second = threads.take();
        awaitIdle(second);
        driver.start("c", OTHER_CODE, work(() -> "c sees " + local.get()));
        hearAll();

        assertThat(second).isSameAs(first);
        assertThat(threads.take()).isNotSameAs(first);
        assertThat(heard).containsExactly("a", "b", "c sees null");
        driver.clear();
    }

    @Test
    void interruptOfWorkThatHasEnded_neverReachesTheNextWorkOfItsThread() throws Exception {
        driver.start("a", CODE, work(() -> "a"));
        Thread first = threads.take();
        awaitIdle(first);
        var go = new CountDownLatch(1);
        driver.start("b", CODE, work(() -> await(go, "b")));
        assertThat(threads.take()).isSameAs(first);

        driver.interrupt("a"); // nobody has heard yet that it has ended
        go.countDown();
        hearAll();

        assertThat(heard).containsExactly("a", "b");
        driver.clear();
    }

    @Test
    void interruptBeforeWorkBegins_reachesIt_andNothingAfterIt() {
        var strand = new ThreadedWork(
                "a",
                "cadre-run-a",
                work(() -> "interrupted: " + Thread.currentThread().isInterrupted()));
        strand.interrupt();

        strand.perform().run();

        assertThat(heard).containsExactly("interrupted: true");
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void whatCodeDoesToItsThread_isUndone() throws Exception {
        @Nullable ClassLoader usual = Thread.currentThread().getContextClassLoader();
        try (var own = new URLClassLoader(new URL[0])) {
            driver.start("a", CODE, work(() -> {
                Thread.currentThread().setName("mine");
                Thread.currentThread().setContextClassLoader(own);
                Thread.currentThread().setPriority(Thread.MAX_PRIORITY);
                Thread.currentThread().setUncaughtExceptionHandler((thread, thrown) -> {});
                Thread.currentThread().interrupt();
                return "a";
            }));
            Thread first = threads.take();
            awaitIdle(first);

            driver.start("b", CODE, work(() -> {
                Thread thread = Thread.currentThread();
                assertThat(thread).isSameAs(first);
                assertThat(thread.getName()).isEqualTo("cadre-run-b");
                assertThat(thread.getContextClassLoader()).isSameAs(usual);
                assertThat(thread.getPriority()).isEqualTo(Thread.NORM_PRIORITY);
                assertThat(thread.getUncaughtExceptionHandler()).isSameAs(thread.getThreadGroup());
                assertThat(thread.isInterrupted()).isFalse();
                return "b";
            }));
            hearAll();
            driver.clear();
        }

        assertThat(heard).containsExactly("a", "b");
    }

    @Test
    void threads_endWithTheRun() throws Exception {
        driver.start("a", CODE, work(() -> "a"));
        driver.startVirtual("b", work(() -> "b"));
        driver.startPlatform("c", work(() -> "c"));
        hearAll();

        driver.clear();

        assertThat(heard).containsExactlyInAnyOrder("a", "b", "c");
        assertThat(threads)
                .hasSize(3)
                .allSatisfy(thread -> assertThat(thread.isAlive()).isFalse());
    }

    @Test
    void threadThatIsLeftBehind_isNamed_andEndsWithItsWork() throws Exception {
        var never = new CountDownLatch(1);
        driver.start("a", CODE, work(() -> {
            while (never.getCount() > 0) {
                await(never, "");
            }
            return "too late";
        }));
        Thread stuck = threads.take();
        driver.start("b", CODE, work(() -> "b"));
        Thread fine = threads.take();

        driver.clear();

        assertThat(driver.abandoned()).containsExactly("cadre-run-a");
        assertThat(heard).containsExactly("b", "cadre-run-a stuck");
        assertThat(fine.isAlive()).isFalse();
        never.countDown();
        stuck.join();
    }

    @Test
    void interrupt_ofSeveral_tellsAllBeforeOneIsWoken() throws Exception {
        var known = new CompletableFuture<Boolean>();
        var askNow = new CountDownLatch(1);
        var first = new ThreadedWork("first", "first", work(() -> "first " + awaitUninterruptibly(askNow)));
        var second = new ThreadedWork("second", "second", work(() -> {
            boolean wasAsked = awaitUninterruptibly(askNow);
            known.complete(RunDriver.isInterrupted());
            return "second " + wasAsked;
        }));
        var woken = new Thread(first::perform) {
            @Override
            public void interrupt() { // before the thread goes on
                askNow.countDown();
                known.join();
                super.interrupt();
            }
        };
        var other = new Thread(second::perform);
        woken.start();
        other.start();
        List<Thread> performing = List.of(threads.take(), threads.take());

        ThreadedWork.interruptAll(List.of(first, second));
        woken.join();
        other.join();

        assertThat(performing).containsExactlyInAnyOrder(woken, other);
        assertThat(known).isCompletedWithValue(true);
    }

    private static boolean awaitUninterruptibly(CountDownLatch latch) {
        while (true) {
            try {
                return latch.await(1, TimeUnit.MINUTES);
            } catch (InterruptedException early) {
                // the latch is what counts
            }
        }
    }
}
