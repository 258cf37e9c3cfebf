// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whether 2,000 calls at 200 parallel end where one carrier runs all virtual threads, as in a small container. On JDK 21 a
 * thread that waits inside {@code synchronized} keeps the carrier. {@code -Dcadre.java=FILE} names the {@code java} that is
 * tried; default: the one that runs the tests.
 */
@Tag("measure")
class MeasuredOneProcessorTest {
    private static final long MOST_SECONDS = 120;

    @ParameterizedTest
    @ValueSource(strings = {"http", "https"})
    void calls_onOneCarrier_allEnd(String scheme, @TempDir Path directory) throws Exception {
        boolean isSecure = scheme.equals("https");
        String running = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        GatewayTest.tls(directory);
        Process server = java(
                running,
                List.of("-Dsun.net.httpserver.maxIdleConnections=5000", "-Dsun.net.httpserver.nodelay=true"),
                SlowServer.class,
                isSecure ? List.of(directory.resolve("server.p12").toString()) : List.of());
        try (var lines = reader(server)) {
            var arguments = new ArrayList<>(List.of(scheme + "://127.0.0.1:" + lines.readLine() + "/v1"));
            if (isSecure) {
                arguments.add(directory.resolve("ca.pem").toString());
            }
            Process load = java(
                    System.getProperty("cadre.java", running),
                    List.of("-Djdk.virtualThreadScheduler.parallelism=1", "-XX:ActiveProcessorCount=1"),
                    OneProcessorLoad.class,
                    arguments);
            try (var said = reader(load)) {
                boolean ended = load.waitFor(MOST_SECONDS, TimeUnit.SECONDS);
                assertThat(ended).as("the calls end").isTrue();
                String result = said.readLine();
                System.out.printf("%s: %s%n", scheme, result);
                assertThat(result).startsWith(OneProcessorLoad.CALLS + " good");
            } finally {
                load.destroyForcibly();
            }
        } finally {
            server.destroyForcibly();
        }
    }

    private static BufferedReader reader(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    private static Process java(String java, List<String> options, Class<?> main, List<String> arguments)
            throws IOException {
        var command = new ArrayList<String>();
        command.add(java);
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(arguments);
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }
}
