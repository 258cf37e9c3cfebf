// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RungThreadsTest {
    @Test
    void code_runsOnPlatformThreads_asLongAsThereAreFewOfThem() throws Exception {
        var end = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i <= RungThreads.MOST_PLATFORM; i++) {
            threads.add(RungThreads.start("code-" + i, RunRig.CODE, () -> await(end)));
        }

        assertThat(threads.subList(0, RungThreads.MOST_PLATFORM)).noneMatch(Thread::isVirtual);
        assertThat(threads.getLast().isVirtual()).as("one more").isTrue();
        end.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        Thread next = RungThreads.start("next", RunRig.CODE, () -> {});
        assertThat(next.isVirtual()).as("when they have ended").isFalse();
        assertThat(next.getName()).isEqualTo("next");
        next.join();
    }

    @Test
    void models_areWaitedForOnVirtualThreads() throws Exception {
        Thread thread = RungThreads.start("model", RunRig.NOTE, () -> {});

        assertThat(thread.isVirtual()).isTrue();
        assertThat(thread.getName()).isEqualTo("model");
        thread.join();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
