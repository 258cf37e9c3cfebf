// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cadre.model.TokenUsage;
import dev.cadre.openai.testing.LoopbackOpenAi;
import dev.cadre.openai.testing.LoopbackReply;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What docs/evals.md says of the command is what the command says. */
class EvalGuideTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Path GUIDE = ROOT.resolve("docs/evals.md");
    private static final Path QUESTIONS = ROOT.resolve("docs/bank-questions.jsonl");

    private static List<String> blocks(String language) throws Exception {
        return Pattern.compile("(?ms)^```" + language + "\\n(.*?)^```$")
                .matcher(Files.readString(GUIDE))
                .results()
                .map(block -> block.group(1))
                .toList();
    }

    private static LoopbackReply label(String label) {
        return LoopbackReply.text("{\"label\":\"" + label + "\"}").usage(TokenUsage.of(100, 10));
    }

    @Test
    void example_isWhatItPrints() throws Exception {
        var printed = new ByteArrayOutputStream();
        var told = new ByteArrayOutputStream();
        try (var server = LoopbackOpenAi.start()) {
            for (String line : Files.readAllLines(QUESTIONS)) {
                JsonNode row = new ObjectMapper().readTree(line);
                String text = row.path("text").asText();
                String topic = row.path("topic").asText();
                if (topic.equals("exchange")) {
                    server.on(request -> request.model().endsWith("nano")
                                    && request.inputText().contains(text))
                            .replies(label("fees"));
                }
                server.on(request -> request.inputText().contains(text)).replies(label(topic));
            }
            var cadre = new Cadre(
                    new Terminal(
                            new PrintStream(printed, true, StandardCharsets.UTF_8),
                            new PrintStream(told, true, StandardCharsets.UTF_8),
                            false,
                            false,
                            false),
                    InstantSource.system(),
                    Map.of(
                            "OPENAI_API_KEY", "sk-test",
                            "OPENAI_BASE_URL", server.baseUrl(),
                            "CADRE_SCHEMAS", "shown")); // as OpenAI does

            String command = blocks("sh").getLast();
            assertThat(cadre.run(command.replace("docs/bank-questions.jsonl", QUESTIONS.toString())
                            .strip()
                            .substring("./cadre ".length())
                            .split(" ")))
                    .isZero();
        }

        assertThat(printed.toString(StandardCharsets.UTF_8))
                .isEqualTo(blocks("text").getLast());
    }

    @Test
    void lines_areThoseOfTheFile() throws Exception {
        assertThat(Files.readString(QUESTIONS)).startsWith(blocks("jsonl").getFirst());
    }

    @Test
    void options_areAllThere() throws Exception {
        String guide = Files.readString(GUIDE);

        new CommandLine(new EvalArguments())
                .getCommandSpec()
                .options()
                .forEach(option -> assertThat(guide).contains("| `" + option.longestName()));
    }
}
