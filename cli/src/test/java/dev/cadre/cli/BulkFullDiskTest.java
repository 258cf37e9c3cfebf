// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cadre.model.TokenUsage;
import dev.cadre.openai.testing.LoopbackOpenAi;
import dev.cadre.openai.testing.LoopbackReply;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Results that cannot be written to their end, by the limit that the shell sets on files. */
@DisabledOnOs(OS.WINDOWS)
@Tag("slow")
class BulkFullDiskTest {
    private static final int ITEMS = 20;
    /** Blocks of 512 bytes: above the journal, below the results, which have their items beside them. */
    private static final int LIMIT = 120;

    @TempDir
    Path folder;

    private JsonNode bulk(LoopbackOpenAi server, int limit) throws Exception {
        String command = String.join(
                " ",
                "ulimit -f " + (limit == 0 ? "unlimited" : Integer.toString(limit)) + "; exec",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                Cadre.class.getName(),
                "bulk --input items.jsonl --output results.jsonl --keep-input --labels bug,wish --parallel 4 --json");
        var process = new ProcessBuilder("sh", "-c", command).directory(folder.toFile());
        process.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        process.environment().put("OPENAI_API_KEY", "sk-test-0123456789abcdef");
        process.environment().put("OPENAI_BASE_URL", server.baseUrl());
        process.redirectError(ProcessBuilder.Redirect.DISCARD);
        Process started = process.start();
        return new ObjectMapper().readTree(new String(started.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    }

    @Test
    void resultsThatDoNotFit_loseNoMoneyAndNoItem() throws Exception {
        Files.writeString(
                folder.resolve("items.jsonl"),
                IntStream.range(0, ITEMS)
                        .mapToObj(i -> "{\"id\":\"T%d\",\"text\":\"%s\"}%n".formatted(i, "breaks ".repeat(700)))
                        .collect(Collectors.joining()));
        try (var server = LoopbackOpenAi.start()) {
            server.onAny().replies(LoopbackReply.text("{\"label\":\"bug\"}").usage(TokenUsage.of(100, 10)));

            JsonNode broken = bulk(server, LIMIT);

            int asked = server.requests().size();
            assertThat(asked).isBetween(2, ITEMS - 1);
            assertThat(broken.path("status").asText()).isEqualTo("failed");
            assertThat(broken.path("error").path("kind").asText()).isEqualTo("io_failed");
            assertThat(broken.path("error").path("message").asText()).contains("the same command goes on");
            assertThat(broken.path("cost").path("attempts").asInt())
                    .as("with those that were in flight")
                    .isGreaterThanOrEqualTo(asked);
            assertThat(broken.path("allRuns").path("picoUsd").asLong())
                    .isEqualTo(broken.path("cost").path("picoUsd").asLong())
                    .isPositive();

            JsonNode whole = bulk(server, 0);

            assertThat(whole.path("status").asText()).isEqualTo("complete");
            assertThat(server.requests())
                    .as("no more than what was in flight is asked again")
                    .hasSizeBetween(ITEMS, ITEMS + 4);
        }
    }
}
