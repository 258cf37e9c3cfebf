// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class AbreastTest {
    private final Abreast abreast = new Abreast("abreast-");

    private static Callable<String> says(String word) {
        return () -> word;
    }

    @Test
    void calls_runBesideEachOther_andReturnInTheirOrder() throws InterruptedException {
        var second = new CountDownLatch(1);
        List<Callable<String>> calls = List.of(
                () -> {
                    second.await();
                    return "a";
                },
                () -> {
                    second.countDown();
                    return "b";
                });

        assertThat(abreast.all(calls)).containsExactly("a", "b");
        assertThat(abreast.isStopped()).isFalse();
        assertThat(abreast.all(List.<Callable<String>>of())).isEmpty();
    }

    @Test
    void callThatFails_stopsNone_andIsThrownWhenAllHaveEnded() {
        var failed = new CountDownLatch(1);
        var ended = new AtomicBoolean();
        List<Callable<String>> calls = List.of(
                () -> {
                    failed.await();
                    while (!abreast.isStopped()) {
                        Thread.onSpinWait();
                    }
                    ended.set(true);
                    return "a";
                },
                () -> {
                    failed.countDown();
                    throw new MergeFailedException("no");
                });

        assertThatExceptionOfType(MergeFailedException.class)
                .isThrownBy(() -> abreast.all(calls))
                .withMessage("no");
        assertThat(ended).isTrue();
    }

    @Test
    void calls_afterAFailure_doNotBegin() {
        assertThatExceptionOfType(MergeFailedException.class)
                .isThrownBy(() -> abreast.all(List.of(() -> {
                    throw new MergeFailedException("no");
                })));

        assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> abreast.all(List.of(says("a"))));
    }

    @Test
    void interrupt_reachesEveryCall_andAllHaveEndedByThen() {
        var begun = new CountDownLatch(2);
        var ended = new CountDownLatch(2);
        Callable<String> waits = () -> {
            begun.countDown();
            try {
                new CountDownLatch(1).await();
                return "never";
            } finally {
                ended.countDown();
            }
        };
        Thread caller = Thread.currentThread();
        Thread.ofVirtual().start(() -> {
            awaitUninterruptibly(begun);
            caller.interrupt();
        });

        assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> abreast.all(List.of(waits, waits)));

        assertThat(ended.getCount()).isZero();
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void callOfAnInterruptedThread_doesNotGoOn() {
        Thread.currentThread().interrupt();

        assertThatExceptionOfType(InterruptedException.class)
                .isThrownBy(() -> abreast.all(List.of(() -> {
                    new CountDownLatch(1).await();
                    return "never";
                })));
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
