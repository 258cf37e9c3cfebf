// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.task.RunClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The turns of a driver whose clock stands still until a test moves it, and never waits. */
@Timeout(60)
class RunDriverTurnTest {
    private static final long GRACE = Deadlines.GRACE.toNanos();
    private static final long DAY = Duration.ofDays(1).toNanos();

    final HandClock clock = new HandClock();
    final RunDriver driver = new RunDriver("run", Deadlines.at(DAY), clock);
    final Run run = new Run();
    final BlockingQueue<Thread> threads = new LinkedBlockingQueue<>();
    final CountDownLatch end = new CountDownLatch(1);
    final List<String> heard = new ArrayList<>();

    @AfterEach
    void letGo() {
        end.countDown();
        driver.clear();
    }

    private RunDriver.Work work(Supplier<String> body) {
        return new RunDriver.Work(
                () -> {
                    threads.add(Thread.currentThread());
                    String word = body.get();
                    return () -> heard.add(word);
                },
                thrown -> () -> heard.add(thrown.toString()),
                left -> heard.add(left.thread() + " stuck"));
    }

    /** Work that ignores interrupts until a test lets it end; returns its thread. */
    private Thread startStubborn(String label, CountDownLatch until) throws InterruptedException {
        driver.startPlatform(label, work(() -> {
            awaitStubbornly(until);
            return label;
        }));
        return threads.take();
    }

    private static void awaitStubbornly(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException ignored) {
                // it is stubborn
            }
        }
    }

    private void turnAt(long now) throws InterruptedException {
        clock.now = now;
        driver.turn(run);
    }

    // --- the alarm

    @Test
    void turn_waitsUntilTheAlarm_orUntilSomebodyIsLeftBehind() throws Exception {
        run.alarm = DAY;
        driver.turn(run);
        assertThat(clock.until).isEqualTo(DAY);

        startStubborn("a", end);
        driver.interrupt("a");
        driver.turn(run);

        assertThat(clock.until).isEqualTo(GRACE);
    }

    @Test
    void run_isRungWhenItsAlarmIsDue_notBefore() throws Exception {
        run.alarm = DAY;

        turnAt(DAY - 1);
        assertThat(run.rung).isEmpty();
        turnAt(DAY);

        assertThat(run.rung).containsExactly(DAY);
    }

    // --- who is left behind

    @Test
    void work_thatEndedWhileTheOwnerWasBusy_isNotLeftBehind() throws Exception {
        Thread late = startStubborn("a", end);
        driver.interrupt("a");
        driver.post(() -> heard.add("something before"));
        end.countDown();
        late.join();

        turnAt(GRACE);

        assertThat(driver.abandoned()).isEmpty();
        assertThat(heard).containsExactly("something before", "a");
    }

    @Test
    void nothingIsHeardAfterTheRunIsOver_norAnybodyLeftBehind() throws Exception {
        startStubborn("a", end);
        driver.interrupt("a");
        driver.post(() -> run.over = true);
        driver.post(() -> heard.add("too late"));

        turnAt(GRACE);

        assertThat(heard).isEmpty();
        assertThat(driver.abandoned()).isEmpty();
    }

    @Test
    void graceOfInterruptedWork_goesOnWhileOthersThatWereInterruptedEnd() throws Exception {
        var first = new CountDownLatch(1);
        Thread ending = startStubborn("a", first);
        startStubborn("b", end);
        driver.interrupt(List.of("a", "b"));
        first.countDown();
        ending.join();
        turnAt(GRACE - 1);
        assertThat(heard).containsExactly("a");

        turnAt(GRACE);
        turnAt(GRACE - 1 + Deadlines.LEAST_GRACE_NANOS - 1);
        assertThat(driver.abandoned()).isEmpty();
        turnAt(GRACE - 1 + Deadlines.LEAST_GRACE_NANOS);

        assertThat(driver.abandoned()).containsExactly("cadre-run-b");
    }

    @Test
    void graceOfInterruptedWork_isNotProlongedByOtherWork() throws Exception {
        var first = new CountDownLatch(1);
        Thread ending = startStubborn("a", first);
        startStubborn("b", end);
        driver.interrupt("b");
        first.countDown();
        ending.join();
        turnAt(GRACE - 1);
        assertThat(heard).containsExactly("a");

        turnAt(GRACE);

        assertThat(driver.abandoned()).containsExactly("cadre-run-b");
    }

    @Test
    void work_isLeaving_untilItHasEndedOrIsLeftBehind() throws Exception {
        var first = new CountDownLatch(1);
        Thread ending = startStubborn("a", first);
        assertThat(driver.isAnyLeaving()).isFalse();

        driver.interrupt("a");
        assertThat(driver.isAnyLeaving()).isTrue();
        first.countDown();
        ending.join();
        turnAt(0);

        assertThat(driver.isAnyLeaving()).isFalse();
    }

    // --- what work knows of itself

    @Test
    void work_thatIsLeftBehind_knowsIt_andIsHeardNoMore() throws Exception {
        var known = new ConcurrentLinkedQueue<String>();
        var atWork = new CountDownLatch(1);
        driver.startPlatform("a", work(() -> {
            known.add("left: " + RunDriver.isLeftBehind());
            atWork.countDown();
            awaitStubbornly(end);
            known.add("left: " + RunDriver.isLeftBehind());
            return "a";
        }));
        Thread stuck = threads.take();
        atWork.await();
        driver.interrupt("a");
        turnAt(GRACE);
        assertThat(driver.abandoned()).containsExactly("cadre-run-a");

        end.countDown();
        stuck.join();
        turnAt(GRACE);

        assertThat(known).containsExactly("left: false", "left: true");
        assertThat(heard).containsExactly("cadre-run-a stuck");
        assertThat(RunDriver.isLeftBehind()).as("a thread of no run").isFalse();
    }

    @Test
    void work_knowsThatItWasInterrupted_andOtherWorkThatItWasNot() throws Exception {
        var known = new ConcurrentLinkedQueue<String>();
        var interrupted = new CountDownLatch(1);
        for (String label : List.of("a", "b")) {
            driver.startPlatform(label, work(() -> {
                awaitStubbornly(interrupted);
                known.add(label + " " + RunDriver.isInterrupted());
                return label;
            }));
        }
        List<Thread> both = List.of(threads.take(), threads.take());

        driver.interrupt("a");
        interrupted.countDown();
        for (Thread thread : both) {
            thread.join();
        }

        assertThat(known).containsExactlyInAnyOrder("a true", "b false");
        assertThat(RunDriver.isInterrupted()).as("a thread of no run").isFalse();
    }

    // --- the end

    @Test
    void clear_waitsForThoseWhoEndOneAfterAnother_whateverTheClockShows() throws Exception {
        clock.now = -2 * DAY;
        var waiting = new CountDownLatch(1);
        startStubborn("last", end);
        driver.startPlatform(
                "second",
                new RunDriver.Work(
                        () -> {
                            threads.add(Thread.currentThread());
                            awaitStubbornly(waiting);
                            return end::countDown;
                        },
                        thrown -> () -> heard.add(thrown.toString()),
                        left -> heard.add(left.thread() + " stuck")));
        driver.startPlatform(
                "first",
                new RunDriver.Work(
                        () -> {
                            threads.add(Thread.currentThread());
                            return waiting::countDown;
                        },
                        thrown -> () -> heard.add(thrown.toString()),
                        left -> heard.add(left.thread() + " stuck")));
        threads.take();
        threads.take();

        driver.clear();

        assertThat(heard).containsExactly("last");
        assertThat(driver.abandoned()).isEmpty();
    }

    // --- the rig

    private static final class Run implements RunDriver.Driven {
        long alarm = Long.MAX_VALUE;
        boolean over;
        final List<Long> rung = new ArrayList<>();

        @Override
        public long alarm() {
            return alarm;
        }

        @Override
        public void ring(long now) {
            rung.add(now);
        }

        @Override
        public boolean isOver() {
            return over;
        }
    }

    private static final class HandClock implements RunClock {
        volatile long now;
        long until;

        @Override
        public long nanoTime() {
            return now;
        }

        @Override
        public <T> @Nullable T poll(BlockingQueue<T> queue, long untilNanos) {
            until = untilNanos;
            return queue.poll();
        }
    }
}
