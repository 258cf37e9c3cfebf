// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a run logs. */
@Tag("slow")
class LogsTest {
    @Test
    void logs_ofARunInWhichEverythingThrows_holdNoKeyAndModelTextOnlyAtTrace() throws Exception {
        List<String> lines = logged(LoggedRun.class);

        assertThat(lines).noneMatch(line -> line.contains("canary"));
        assertThat(lines)
                .filteredOn(line -> line.contains(LoggedRun.MODEL_TEXT))
                .isNotEmpty()
                .allMatch(line -> line.startsWith("TRACE ") || line.startsWith("WARN java.io.IOException: java.lang."));
        assertThat(lines)
                .anyMatch(line -> line.startsWith("WARN dev.cadre.redact.FaultLog: run listener "))
                .containsOnlyOnce("WARN dev.cadre.redact.FaultLog: tool 'look' threw;"
                        + " further exceptions of this class from it are logged at DEBUG")
                .anyMatch(line -> line.endsWith("java.lang.IllegalStateException: They purr at night. [redacted]"));
    }

    /** What a program logs and prints in a process of its own. */
    static List<String> logged(Class<?> program) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Dslf4j.provider=" + PrintedLogs.class.getName(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        program.getName())
                .redirectErrorStream(true)
                .start();
        try {
            String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(printed).isZero();
            return printed.lines().toList();
        } finally {
            process.destroyForcibly();
        }
    }
}
