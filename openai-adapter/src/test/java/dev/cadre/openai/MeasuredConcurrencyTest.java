// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.sun.management.OperatingSystemMXBean;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a thousand calls at once take, by the real clock, against a server that answers after 200 ms. */
@Tag("measure")
class MeasuredConcurrencyTest {
    private static final int CALLS = 1_000;
    private static final int WARM_UPS = 40;
    private static final int SERIES = 3;
    private static final int WAVES = 7;

    private record Wave(long makespanMillis, long cpuMicrosPerCall) {}

    @Test
    void thousandCalls_of200Millis() throws Exception {
        Process server = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dsun.net.httpserver.maxIdleConnections=5000",
                        "-Dsun.net.httpserver.nodelay=true",
                        "-Dsun.net.httpserver.idleInterval=600",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SlowServer.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (var lines = new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8))) {
            String address = "http://127.0.0.1:" + lines.readLine();
            Wave sdk;
            OpenAIClient raw = OpenAIOkHttpClient.builder()
                    .apiKey("none")
                    .baseUrl(address + "/v1")
                    .maxRetries(0)
                    .maxIdleConnections(CALLS + 24)
                    .keepAliveDuration(Duration.ofSeconds(30))
                    .build();
            try {
                var params = RequestWriter.write(LoopbackTest.REQUEST);
                sdk = warm("the SDK alone", () -> raw.responses().create(params));
            } finally {
                raw.close();
            }
            Wave adapter;
            try (var client = OpenAiClient.builder("sk-none-of-your-business")
                    .baseUrl(address + "/v1")
                    .maxIdleConnections(CALLS + 24)
                    .build()) {
                adapter = warm("the adapter", () -> client.call(LoopbackTest.REQUEST, LoopbackTest.plain()));
            }
            int peak = Integer.parseInt(read(address + "/peak"));
            System.out.printf("%d in flight at most; the SDK alone takes %d us%n", peak, sdk.cpuMicrosPerCall());
            assertThat(peak).isGreaterThan(64);
            assertThat(adapter.makespanMillis()).isLessThanOrEqualTo(SlowServer.MILLIS * 14 / 10);
            assertThat(adapter.cpuMicrosPerCall()).isLessThanOrEqualTo(150);
        } finally {
            server.destroy();
        }
    }

    /**
     * The median of the waves of a series, after the first ones, in which classes load and compile. Of the series the one
     * that took the least of the processor: what else goes on on the machine only adds to it.
     */
    private static Wave warm(String who, Callable<?> call) throws Exception {
        long first = wave(call).makespanMillis();
        for (int i = 1; i < WARM_UPS; i++) {
            wave(call);
        }
        var series = new ArrayList<Wave>();
        for (int i = 0; i < SERIES; i++) {
            series.add(median(call));
        }
        System.out.printf(
                "%s, %,d calls of %d ms: first wave %d ms, warm, in %d series:%n",
                who, CALLS, SlowServer.MILLIS, first, SERIES);
        for (Wave median : series) {
            System.out.printf(
                    "  median %d ms (%.2f x ideal), %d us of client CPU a call%n",
                    median.makespanMillis(),
                    (double) median.makespanMillis() / SlowServer.MILLIS,
                    median.cpuMicrosPerCall());
        }
        return series.stream()
                .min(Comparator.comparingLong(Wave::cpuMicrosPerCall))
                .orElseThrow();
    }

    private static Wave median(Callable<?> call) throws Exception {
        var waves = new ArrayList<Wave>();
        for (int i = 0; i < WAVES; i++) {
            waves.add(wave(call));
        }
        return new Wave(
                median(waves.stream().map(Wave::makespanMillis).toList()),
                median(waves.stream().map(Wave::cpuMicrosPerCall).toList()));
    }

    private static Wave wave(Callable<?> call) throws Exception {
        var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        var calls = new ArrayList<Future<?>>();
        long cpu = system.getProcessCpuTime();
        long start = System.nanoTime();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < CALLS; i++) {
                calls.add(executor.submit(call));
            }
            for (Future<?> one : calls) {
                one.get();
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
