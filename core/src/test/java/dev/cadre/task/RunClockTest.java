// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RunClockTest {
    private final BlockingQueue<String> queue = new LinkedBlockingQueue<>();

    @Test
    void system_isTheMonotonicClock() {
        long before = System.nanoTime();
        long shown = RunClock.SYSTEM.nanoTime();

        assertThat(shown - before).isNotNegative();
        assertThat(System.nanoTime() - shown).isNotNegative();
    }

    @Test
    void poll_whoseTimeHasCome_takesWhatIsThereAndWaitsForNothing() throws Exception {
        assertThat(RunClock.SYSTEM.poll(queue, System.nanoTime())).isNull();

        queue.add("a");
        assertThat(RunClock.SYSTEM.poll(queue, System.nanoTime())).isEqualTo("a");
    }

    @Test
    void poll_waitsUntilSomethingComes() throws Exception {
        Thread.ofVirtual().start(() -> queue.add("a"));

        assertThat(RunClock.SYSTEM.poll(queue, System.nanoTime() + Long.MAX_VALUE / 2))
                .isEqualTo("a");
    }
}
