// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ThreadedWorkTest {
    private final List<@Nullable ThreadedWork> current = new ArrayList<>();
    private final ThreadedWork strand = new ThreadedWork(
            "a",
            "a",
            new RunDriver.Work(
                    () -> {
                        current.add(ThreadedWork.current());
                        return () -> {};
                    },
                    thrown -> () -> {},
                    thread -> {}));

    @Test
    void strand_isTheCurrentOneOfItsThread_whileItPerforms() {
        strand.perform().run();

        assertThat(current).containsExactly(strand);
        assertThat(ThreadedWork.current()).isNull();
    }

    @Test
    void strand_isTheCurrentOneOfAnotherThread_whileThatPerformsAPart() {
        ThreadedWork.during(strand, () -> current.add(ThreadedWork.current()));

        assertThat(current).containsExactly(strand);
        assertThat(ThreadedWork.current()).isNull();
    }

    @Test
    void strand_thatWasInterrupted_isSo_byItselfOrAmongOthers() {
        assertThat(strand.isInterrupted()).isFalse();
        strand.interrupt();
        assertThat(strand.isInterrupted()).isTrue();

        var another = new ThreadedWork("b", "b", strand.work);
        ThreadedWork.interruptAll(List.of(another));
        assertThat(another.isInterrupted()).isTrue();
    }

    @Test
    void strand_isLeft_onceTheRunGoesOnWithoutIt() {
        assertThat(strand.isLeft()).isFalse();

        strand.leave();

        assertThat(strand.isLeft()).isTrue();
    }
}
