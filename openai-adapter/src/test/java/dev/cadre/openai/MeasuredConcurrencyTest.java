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
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a thousand calls at once take beside the SDK alone, by the real clock, of a server that answers after 200 ms. */
@Tag("measure")
class MeasuredConcurrencyTest {
    private static final int CALLS = 1_000;
    private static final int WARM_UPS = 40;
    private static final int SERIES = 3;
    private static final int WAVES = 7;
    /** Of what the SDK alone takes. */
    private static final double MOST_TIME = 1.15;

    private static final double MOST_PROCESSOR = 1.25;

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
            OpenAIClient raw = OpenAIOkHttpClient.builder()
                    .apiKey("none")
                    .baseUrl(address + "/v1")
                    .maxRetries(0)
                    .maxIdleConnections(CALLS + 24)
                    .keepAliveDuration(Duration.ofSeconds(30))
                    .build();
            try (var client = OpenAiClient.builder("sk-none-of-your-business")
                    .baseUrl(address + "/v1")
                    .maxIdleConnections(CALLS + 24)
                    .build()) {
                var params = RequestWriter.write(LoopbackTest.REQUEST);
                var sdk = new Measured("the SDK alone", () -> raw.responses().create(params));
                var adapter =
                        new Measured("the adapter", () -> client.call(LoopbackTest.REQUEST, LoopbackTest.plain()));
                sdk.warmUp();
                adapter.warmUp();
                for (int i = 0; i < SERIES; i++) { // in turns: what else goes on on the machine slows both
                    sdk.measure();
                    adapter.measure();
                }
                int peak = Integer.parseInt(read(address + "/peak"));
                double slower = (double) adapter.least(Wave::makespanMillis) / sdk.least(Wave::makespanMillis);
                double dearer = (double) adapter.least(Wave::cpuMicrosPerCall) / sdk.least(Wave::cpuMicrosPerCall);
                System.out.printf(
                        "the adapter takes %.2f of the SDK's time and %.2f of its processor; %d in flight at most%n",
                        slower, dearer, peak);
                assertThat(peak).isGreaterThan(64);
                assertThat(slower).isLessThanOrEqualTo(MOST_TIME);
                assertThat(dearer).isLessThanOrEqualTo(MOST_PROCESSOR);
            } finally {
                raw.close();
            }
        } finally {
            server.destroy();
        }
    }

    /** One way to make the calls. */
    private static final class Measured {
        private final String who;
        private final Callable<?> call;
        private final List<Wave> series = new ArrayList<>();

        Measured(String who, Callable<?> call) {
            this.who = who;
            this.call = call;
        }

        /** The first waves, in which classes load and compile. */
        void warmUp() throws Exception {
            System.out.printf("%s, first wave: %d ms%n", who, wave(call).makespanMillis());
            for (int i = 1; i < WARM_UPS; i++) {
                wave(call);
            }
        }

        void measure() throws Exception {
            Wave median = median(call);
            series.add(median);
            System.out.printf(
                    "%s, %,d calls of %d ms: median %d ms (%.2f x ideal), %d us of client CPU a call%n",
                    who,
                    CALLS,
                    SlowServer.MILLIS,
                    median.makespanMillis(),
                    (double) median.makespanMillis() / SlowServer.MILLIS,
                    median.cpuMicrosPerCall());
        }

        /** The least of the series, in either: what else goes on on the machine only adds to it. */
        long least(ToLongFunction<Wave> figure) {
            return series.stream().mapToLong(figure).min().orElseThrow();
        }
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
