// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.cli.bulk.BulkTask;
import dev.cadre.json.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabelledLinesTest {
    @TempDir
    Path folder;

    private Path file(String text) throws Exception {
        return Files.writeString(folder.resolve("lines.jsonl"), text);
    }

    private static String lines(int count, String form) {
        var text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(form.replace("#", Integer.toString(i))).append('\n');
        }
        return text.toString();
    }

    @Test
    void answer_isTakenOut_andTheRestStays() throws Exception {
        assertThat(LabelledLines.read(file("{\"id\":7,\"text\":\"a\",\"topic\":\"card\"}"), "topic"))
                .containsExactly(new LabelledLine(
                        "line 1 (7)", Json.obj().with("id", 7).with("text", "a"), new Json.Str("card")));
    }

    @Test
    void file_ofTooManyLines_isRefused() throws Exception {
        Path file = file(lines(100_001, "{\"t\":#,\"y\":1}"));

        assertThatThrownBy(() -> LabelledLines.read(file, "y"))
                .isInstanceOf(BadLinesException.class)
                .hasMessage("it has more than 100,000 lines or 64,000,000 characters");
    }

    @Test
    void file_ofBadLines_isReadNoFurtherThanTheThousandth() throws Exception {
        Path file = file(lines(5_000, "{\"t\":#}"));

        assertThatThrownBy(() -> LabelledLines.read(file, "y")).hasMessageEndingWith("; and 997 more");
    }

    @Test
    void file_withoutLines_isRefused() throws Exception {
        Path file = file("\n\n");

        assertThatThrownBy(() -> LabelledLines.read(file, "y")).hasMessage("it has no lines");
    }

    @Test
    void answerOfAnyLength_isQuotedOnALine() throws Exception {
        List<LabelledLine> lines =
                LabelledLines.read(file("{\"t\":1,\"y\":\"%s\\n\"}".formatted("x".repeat(500_000))), "y");
        Expectation expectation = Expectation.label(BulkTask.labels(List.of("a", "b"), ""));

        assertThatThrownBy(() -> expectation.examples(lines, "y"))
                .satisfies(thrown ->
                        assertThat(thrown.getMessage()).hasSizeLessThan(1_000).doesNotContain("\n"));
    }
}
