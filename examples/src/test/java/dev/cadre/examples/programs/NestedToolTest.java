// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.programs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class NestedToolTest {
    @Test
    void program_asksItsCrewTwice_andPaysForIt() throws Exception {
        var printed = new ByteArrayOutputStream();
        PrintStream before = System.out;
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            NestedTool.main();
        } finally {
            System.setOut(before);
        }

        assertThat(printed.toString(StandardCharsets.UTF_8).lines())
                .hasSize(3)
                .satisfiesExactly(
                        answer -> assertThat(answer).isEqualTo("Nine days, and you may return it for thirty."),
                        first -> assertThat(first).contains("ticket > run ", "1 of 1 subtasks succeeded", "of $0.20"),
                        second -> assertThat(second).contains("ticket > run ", "1 of 1 subtasks succeeded"));
    }
}
