// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.journal.FileJournal;
import dev.cadre.model.Attachment;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.ScriptedModel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttachedOutputTest {
    record Number(int number) {}

    record Page(String title, Attachment.Image image) {}

    @TempDir
    Path folder;

    @Test
    void pictureOfAnOutput_isDescribedOnThePage_andItsBytesAreNot() throws Exception {
        byte[] bytes = "the bytes of a picture".getBytes(StandardCharsets.UTF_8);
        String base64 = Base64.getEncoder().encodeToString(bytes);
        SubtaskType<Number, Page> render = SubtaskType.code(
                "render",
                Number.class,
                Page.class,
                (in, context) -> new Page("The title", Attachment.Image.of("image/png", bytes)));
        Path file = folder.resolve("run.journal");
        try (var journal = FileJournal.open(file)) {
            var graph = TaskGraph.builder();
            var page = graph.add("page", render, new Number(1));
            var unused = Coordinator.of(new ScriptedModel().pools())
                    .journal(journal)
                    .run(graph.answering(page), Budget.usd("0.05"));
        }
        assertThat(Files.readString(file)).contains(base64);

        assertThat(ReportPage.of(file))
                .contains("The title")
                .contains("image/png, 22 bytes")
                .doesNotContain(base64);
    }
}
