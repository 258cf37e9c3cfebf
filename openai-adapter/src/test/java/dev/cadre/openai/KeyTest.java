// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.event.RunEvent;
import dev.cadre.journal.FileJournal;
import dev.cadre.openai.testing.LoopbackReply;
import dev.cadre.pool.RetryPolicy;
import dev.cadre.task.Input;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A provider that repeats the key in all that it says. */
class KeyTest extends LoopbackTest {
    record Topic(String name) {}

    record Note(String text) {}

    private static final SubtaskType<Topic, Note> NOTE =
            SubtaskType.model("note", Topic.class, Note.class, "State three facts about the topic.");

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"sk-proj-canary0123456789", "gateway/canary=0123456789"})
    void key_thatTheProviderRepeats_isInNoResultEventOrJournal(String key) throws Exception {
        says("error", LoopbackReply.error(400, "invalid_request_error", "bad", "not with the key " + key));
        says("page", LoopbackReply.raw(200, "text/html", "<html>Authorization: Bearer " + key + "</html>"));
        says("failed", LoopbackReply.failed("server_error", "the key was " + key));
        says("refusal", LoopbackReply.refusal("I do not like sk-proj-canary0123456789."));
        var told = new ArrayList<RunEvent>();
        Path file = folder.resolve("key.journal");

        RunResult<Note> result;
        Map<String, String> environment = Map.of("OPENAI_API_KEY", key, "OPENAI_BASE_URL", server.baseUrl());
        try (var models = OpenAi.fromEnv(environment, pool -> pool.retryPolicy(RetryPolicy.none()));
                var journal = FileJournal.open(file)) {
            result = Coordinator.builder(models)
                    .listener(told::add)
                    .build()
                    .journal(journal)
                    .run(graph(), Budget.usd("1"));
        }

        String recorded = Files.readString(file);
        for (String text : List.of(result.toString(), told.toString(), recorded)) {
            assertThat(text).doesNotContain("canary").contains("[redacted]");
        }
        assertThat(server.requests())
                .hasSizeGreaterThanOrEqualTo(4)
                .noneMatch(request -> (request.body() + request.headers()).contains("canary"));
    }

    private static TaskGraph<Note> graph() {
        var graph = TaskGraph.builder();
        var notes = Stream.of("error", "page", "failed", "refusal")
                .map(topic -> graph.add(topic, NOTE, new Topic(topic)))
                .toList();
        return graph.answering(graph.add("all", NOTE, Input.fromAll(notes, all -> new Topic("all"))));
    }

    private static void says(String topic, LoopbackReply reply) {
        server.on(request -> request.inputText().contains(topic)).replies(reply);
    }
}
