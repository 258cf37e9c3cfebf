// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RungThreadsTest {
    private static final long FOREVER = Long.MAX_VALUE / 2;

    @Test
    void code_runsOnPlatformThreads_asLongAsThereAreFewOfThem() throws Exception {
        var threads = new RungThreads("cadre-r-");
        BlockingQueue<Thread> begun = new LinkedBlockingQueue<>();
        var end = new CountDownLatch(1);
        Set<Thread> platform = new HashSet<>();
        for (int i = 0; i < RungThreads.MOST_PLATFORM; i++) {
            assertThat(threads.code("code-" + i, RunRig.CODE, () -> await(begun, end)))
                    .isNull();
            platform.add(begun.take());
        }
        Thread more = threads.code("one more", RunRig.CODE, () -> await(begun, end));

        assertThat(platform).hasSize(RungThreads.MOST_PLATFORM).noneMatch(Thread::isVirtual);
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
