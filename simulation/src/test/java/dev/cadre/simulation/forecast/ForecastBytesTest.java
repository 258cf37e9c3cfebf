// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.forecast;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A seed leads to the same bytes in every process, however the JVM collects, compiles and divides its work. */
@Tag("slow")
class ForecastBytesTest {
    private static final List<List<String>> OPTIONS = List.of(
            List.of("-XX:+UseSerialGC", "-Xmx128m", parallelism(1)),
            List.of("-XX:+UseParallelGC", "-Xmx512m", parallelism(4)),
            List.of(
                    "-XX:+UseG1GC",
                    "-XX:ActiveProcessorCount=1",
                    "-XX:TieredStopAtLevel=1",
                    "-Xmx256m",
                    parallelism(2)));

    private static String parallelism(int threads) {
        return "-Djava.util.concurrent.ForkJoinPool.common.parallelism=" + threads;
    }

    @Test
    void forecast_underThreeSetsOfJvmOptions_hasTheSameBytes_sample() throws Exception {
        assertSameBytes(10);
    }

    @Test
    @Tag("nightly")
    void forecast_underThreeSetsOfJvmOptions_hasTheSameBytes() throws Exception {
        assertSameBytes(1_000);
    }

    private static void assertSameBytes(int runs) throws Exception {
        String first = printed(OPTIONS.getFirst(), runs);

        assertThat(first.lines()).hasSize(runs + 1 + 10);
        assertThat(first.lines().distinct()).as("lines that differ").hasSizeGreaterThan(runs);
        for (List<String> options : OPTIONS.subList(1, OPTIONS.size())) {
            assertThat(printed(options, runs)).as("printed with %s", options).isEqualTo(first);
        }
    }

    private static String printed(List<String> options, int runs) throws IOException, InterruptedException {
        var command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(options);
        command.addAll(List.of(
                "-cp", System.getProperty("java.class.path"), PrintedForecast.class.getName(), Integer.toString(runs)));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            var printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(printed).isZero();
            return printed;
        } finally {
            process.destroyForcibly();
        }
    }
}
