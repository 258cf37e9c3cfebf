// SPDX-License-Identifier: Apache-2.0
package dev.cadre.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.schedule.RungThreads;
import dev.cadre.task.RunClock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class UserCodeTest {
    /** Enough for all places of the process. */
    private static final int MANY = 300;

    private final AtomicLong until = new AtomicLong(Long.MAX_VALUE / 2);
    private final List<String> left = new ArrayList<>();
    private final RungThreads threads = new RungThreads("aside");
    private final UserCode aside =
            new UserCode(threads, RunClock.SYSTEM, until::get, (owner, thread) -> left.add(owner));

    @Test
    void codeThatIsLeftBehind_keepsNobodyFromAPlatformThread() throws Exception {
        var never = new CountDownLatch(1);
        var begun = new Semaphore(0);
        var all = new ArrayList<UserCode.Pending<String>>();
        for (int i = 0; i < MANY; i++) {
            all.add(aside.start("deaf", "code" + i, this, asking -> {
                begun.release();
                awaitUninterruptibly(never);
                return "too late";
            }));
        }
        begun.acquire(MANY);
        until.set(System.nanoTime());

        aside.await(all);

        assertThat(left).hasSize(MANY);
        var isVirtual = new SynchronousQueue<Boolean>();
        threads.start("next", this, () -> put(isVirtual, Thread.currentThread().isVirtual()));
        assertThat(isVirtual.take()).isFalse();
        never.countDown();
        threads.close();
    }

    private static void put(SynchronousQueue<Boolean> queue, boolean value) {
        try {
            queue.put(value);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException ignored) {
                // deaf
            }
        }
    }
}
