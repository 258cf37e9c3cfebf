// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What docs/bulk.md says of the command is what the command says. */
class BulkGuideTest {
    private static final Path GUIDE = Path.of("").toAbsolutePath().getParent().resolve("docs/bulk.md");

    @TempDir
    Path folder;

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

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
        Path input = Files.writeString(
                folder.resolve("tickets.jsonl"), blocks("jsonl").get(0));
        Path output = folder.resolve("labels.jsonl");
        try (var server = LoopbackOpenAi.start()) {
            server.on(request -> request.inputText().contains("breaks")).replies(label("bug"));
            server.on(request -> request.inputText().contains("blue")).replies(label("wish"));
            server.onAny().replies(label("question"));
            var both = new PrintStream(printed, true, StandardCharsets.UTF_8);
            var cadre = new Cadre(
                    new Terminal(both, both, false, false, false),
                    InstantSource.system(),
                    Map.of(
                            "OPENAI_API_KEY", "sk-test",
                            "OPENAI_BASE_URL", server.baseUrl(),
                            "CADRE_SCHEMAS", "shown")); // as OpenAI does

            String command = blocks("sh").getLast();
            String[] arguments = command.replace("tickets.jsonl", input.toString())
                    .replace("labels.jsonl", output.toString())
                    .strip()
                    .substring("./cadre ".length())
                    .split(" ");
            assertThat(cadre.run(arguments)).isEqualTo(3);
        }

        assertThat(Files.readAllLines(output))
                .containsExactlyInAnyOrderElementsOf(
                        blocks("jsonl").get(1).lines().toList());
        assertThat(printed.toString(StandardCharsets.UTF_8).replace(output.toString(), "labels.jsonl"))
                .isEqualTo(blocks("text").getLast());
    }

    @Test
    void options_areAllThere() throws Exception {
        String guide = Files.readString(GUIDE);

        new CommandLine(new BulkArguments())
                .getCommandSpec()
                .options()
                .forEach(option -> assertThat(guide).contains("| `" + option.longestName()));
    }
}
