// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.event.RunEvent;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgressLinesTest {
    private static String printed(Progress form, RunEvent event) {
        var bytes = new ByteArrayOutputStream();
        var err = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        ProgressLines.of(form, new Terminal(err, err, false, false, true), new JsonOutput())
                .on(event);
        return bytes.toString(StandardCharsets.UTF_8).strip();
    }

    private static final RunEvent DEEP = new RunEvent.Nested(
            "o",
            Duration.ZERO,
            "research",
            new RunEvent.Nested(
                    "i",
                    Duration.ZERO,
                    "find#2",
                    new RunEvent.SubtaskAdmitted("d", Duration.ZERO, "look", "read", List.of())));

    @Test
    void eventOfANestedRun_isPrintedWithWhereItIs() {
        assertThat(printed(Progress.PLAIN, DEEP)).isEqualTo("research > find#2 > look read");
        assertThat(printed(Progress.JSONL, DEEP))
                .isEqualTo(
                        "{\"event\":\"admitted\",\"within\":[\"research\",\"find#2\"],\"id\":\"look\",\"type\":\"read\"}");
    }
}
