// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.task.RunClock;
import dev.cadre.task.SubtaskType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ObjIntConsumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a thread costs that does nothing, by the real clock. */
@Tag("measure")
class MeasuredThreadsTest {
    private static final int WORKS = 1_000;
    private static final int WARM_UPS = 20;
    private static final int RUNS = 21;

    private record Text(String text) {}

    private static final SubtaskType<Text, Text> CODE =
            SubtaskType.code("code", Text.class, Text.class, (text, context) -> text);

    private int left;
    private final RunDriver.Work nothing =
            new RunDriver.Work(() -> this::ended, thrown -> this::ended, thread -> ended());

    @Test
    void plainCode_takesLittleMoreThanVirtualThreads() throws Exception {
        var virtual = new ArrayList<Double>();
        var fresh = new ArrayList<Double>();
        var again = new ArrayList<Double>();
        for (int i = 0; i < WARM_UPS + RUNS; i++) {
            virtual.add(micros((driver, n) -> driver.startVirtual("w" + n, nothing)));
            fresh.add(micros((driver, n) -> driver.startPlatform("w" + n, nothing)));
            again.add(micros((driver, n) -> driver.start("w" + n, CODE, nothing)));
        }

        double base = median(virtual);
        System.out.printf(
                "a thread: virtual %.1f us; platform, each a new one %.1f us (%.1f times); platform, used again %.1f us"
                        + " (%.1f times)%n",
                base, median(fresh), median(fresh) / base, median(again), median(again) / base);
        assertThat(median(again)).isLessThan(median(fresh) / 2);
    }

    private void ended() {
        left--;
    }

    /** The time of one of many works, with the end of the run. */
    private double micros(ObjIntConsumer<RunDriver> start) throws InterruptedException {
        var driver = new RunDriver("measured", Deadlines.at(Long.MAX_VALUE / 2), RunClock.SYSTEM);
        left = WORKS;
        var run = new RunDriver.Driven() {
            @Override
            public long alarm() {
                return Long.MAX_VALUE;
            }

            @Override
            public void ring(long now) {}

            @Override
            public boolean isOver() {
                return left == 0;
            }
        };
        long began = System.nanoTime();
        for (int n = 0; n < WORKS; n++) {
            start.accept(driver, n);
        }
        while (!run.isOver()) {
            driver.turn(run);
        }
        driver.clear();
        return (System.nanoTime() - began) / 1e3 / WORKS;
    }

    private static double median(List<Double> micros) {
        return micros.subList(WARM_UPS, WARM_UPS + RUNS).stream()
                .sorted()
                .toList()
                .get(RUNS / 2);
    }
}
