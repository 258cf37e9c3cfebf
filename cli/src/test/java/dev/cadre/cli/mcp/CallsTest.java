// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CallsTest {
    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The client may have the answer before the thread of the call has ended. */
    @Test
    void idOfAnAnsweredCall_isFree_andItsSecondCallIsItsOwn() throws Exception {
        try (var calls = new Calls(InstantSource.system())) {
            var answered = new CountDownLatch(2);
            var ends = new CountDownLatch(1);
            for (int i = 0; i < 2; i++) {
                var here = new CountDownLatch(1);
                assertThat(calls.has(1)).isFalse();
                assertThat(calls.begin(1, call -> {
                            assertThat(calls.takeTurnToAnswer(1)).isEqualTo(Calls.Turn.OF_A_CALL);
                            answered.countDown();
                            here.countDown();
                            await(ends);
                        }))
                        .isTrue();
                await(here);
            }
            await(answered);
            var begun = new CountDownLatch(1);
            var told = new CountDownLatch(1);
            assertThat(calls.begin(1, call -> {
                        begun.countDown();
                        await(new CountDownLatch(1));
                        boolean unused = Thread.interrupted();
                        await(told); // the call has not ended when it is asked about
                    }))
                    .isTrue();
            await(begun);
            ends.countDown();
            assertThat(calls.has(1)).isTrue();
            calls.cancel(1);
            assertThat(calls.takeTurnToAnswer(1)).isEqualTo(Calls.Turn.NONE);
            told.countDown();
        }
    }

    /** Its tool answers whatever breaks; what breaks outside of that leaves an id that can be used again. */
    @Test
    void idOfACallThatBroke_isFree() throws Exception {
        var begun = new CountDownLatch(1);
        var runner = new AtomicReference<Thread>(Thread.currentThread());
        try (var calls = new Calls(InstantSource.system())) {
            assertThat(calls.begin(1, call -> {
                        runner.set(Thread.currentThread());
                        begun.countDown();
                        throw new StackOverflowError("of the test");
                    }))
                    .isTrue();
            await(begun);
            runner.get().join(); // an error ends its thread

            assertThat(calls.has(1)).isFalse();
        }
    }
}
