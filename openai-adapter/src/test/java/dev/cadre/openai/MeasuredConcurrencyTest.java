// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.OperatingSystemMXBean;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a thousand calls at once take, by the real clock, against a server that answers after 200 ms. */
@Tag("measure")
class MeasuredConcurrencyTest {
    private static final int CALLS = 1_000;
    private static final int WARM_UPS = 6;
    private static final int WAVES = 7;

    private record Wave(long makespanMillis, long cpuMicrosPerCall) {}

    @Test
    void thousandCalls_of200Millis() throws Exception {
        Process server = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dsun.net.httpserver.maxIdleConnections=5000",
                        "-Dsun.net.httpserver.nodelay=true",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SlowServer.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (var lines = new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8))) {
            String address = "http://127.0.0.1:" + lines.readLine();
            var waves = new ArrayList<Wave>();
            try (var client = OpenAiClient.builder("sk-none-of-your-business")
                    .baseUrl(address + "/v1")
                    .maxIdleConnections(CALLS + 24)
                    .build()) {
                for (int i = 0; i < WARM_UPS + WAVES; i++) {
                    waves.add(wave(client));
                }
            }
            int peak = Integer.parseInt(read(address + "/peak"));
            List<Wave> warm = waves.subList(WARM_UPS, waves.size());
            long makespan = median(warm.stream().map(Wave::makespanMillis).toList());
            long cpu = median(warm.stream().map(Wave::cpuMicrosPerCall).toList());
            System.out.printf(
                    "%,d calls of %d ms: first wave %d ms, warm median %d ms (%.2f x ideal), %d us of client CPU a call,"
                            + " %d in flight at most%n",
                    CALLS,
                    SlowServer.MILLIS,
                    waves.getFirst().makespanMillis(),
                    makespan,
                    (double) makespan / SlowServer.MILLIS,
                    cpu,
                    peak);
            assertThat(peak).isGreaterThan(64);
            assertThat(makespan).isLessThanOrEqualTo(SlowServer.MILLIS * 14 / 10);
            assertThat(cpu).isLessThanOrEqualTo(150);
        } finally {
            server.destroy();
        }
    }

    private static Wave wave(OpenAiClient client) throws Exception {
        var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        var calls = new ArrayList<Future<?>>();
        long cpu = system.getProcessCpuTime();
        long start = System.nanoTime();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < CALLS; i++) {
                calls.add(executor.submit(() -> client.call(LoopbackTest.REQUEST, LoopbackTest.plain())));
            }
            for (Future<?> call : calls) {
                call.get();
            }
        }
        return new Wave((System.nanoTime() - start) / 1_000_000, (system.getProcessCpuTime() - cpu) / 1_000 / CALLS);
    }

    private static long median(List<Long> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    private static String read(String address) throws IOException {
        try (var body = URI.create(address).toURL().openStream()) {
            return new String(body.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
