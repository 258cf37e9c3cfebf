// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.forecast;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Times, by the real clock and by the processor's. */
@Tag("measure")
class MeasuredForecastTest {
    private static final int RUNS = 1_000;
    private static final int CORES = 2;
    private static final double MOST_SECONDS = 5;

    private final OperatingSystemMXBean process = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    /**
     * A busy machine lengthens the time, but not what is computed: that is what is asserted, spread over two cores. Of two
     * forecasts, because the first one compiles.
     */
    @Test
    void forecast_of1_000RunsOf200Subtasks_takesLessThan5SecondsOfTwoCores() {
        CrewSimulation simulation = CrewSimulation.of(PrintedForecast.graph()).build();

        double first = busySeconds(simulation);
        double second = busySeconds(simulation);

        assertThat(Math.min(first, second) / CORES).isLessThan(MOST_SECONDS);
    }

    private double busySeconds(CrewSimulation simulation) {
        long began = System.nanoTime();
        long worked = process.getProcessCpuTime();
        CrewForecast forecast = simulation.run(RUNS, PrintedForecast.SEED);
        double seconds = (System.nanoTime() - began) / 1e9;
        double busy = (process.getProcessCpuTime() - worked) / 1e9;
        System.out.printf(
                "%d runs of %d subtasks: %.1f s, for which processors worked %.1f s%n",
                RUNS, PrintedForecast.SUBTASKS, seconds, busy);
        assertThat(forecast.runs()).isEqualTo(RUNS);
        return busy;
    }
}
