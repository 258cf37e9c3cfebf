// SPDX-License-Identifier: Apache-2.0
package dev.cadre.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** docs/prompts.md gives a reason for each sentence of each prompt. */
class PromptsTest {
    private static final Path FOLDER = Documents.ROOT.resolve("core/src/main/resources/dev/cadre/prompt");

    /** Behind a sign that ends a sentence; a colon ends one at the end of a line only. */
    private static final Pattern SENTENCES = Pattern.compile("(?<=[.!?]\"?)\\s+|(?<=:)\\n|\\n+");

    /** Lines of the worked example are one thing, of which its heading and its goal stand for all. */
    private static final Pattern EXAMPLE = Pattern.compile("(?m)^- \\w+\\(.*\\n|^\\{\"subtasks\".*\\n");

    private static final Pattern ROW = Pattern.compile("(?m)^\\|(?: `([\\w-]+)` \\|)? (.+?) \\| (.+?) \\|$");

    static Stream<Path> prompts() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("prompts")
    void prompt_hasAReasonForEachSentence(Path file) {
        String guide = Documents.text(Documents.ROOT.resolve("docs/prompts.md"));
        List<String> explained = ROW.matcher(guide)
                .results()
                .filter(row -> !row.group(3).isBlank())
                .map(row -> row.group(2))
                .toList();

        assertThat(explained).containsAll(sentences(Documents.text(file)));
        assertThat(guide).contains("`" + file.getFileName().toString().replace(".txt", "") + "`");
    }

    private static List<String> sentences(String text) {
        var sentences = new ArrayList<String>();
        for (String each : SENTENCES.split(EXAMPLE.matcher(text).replaceAll(""))) {
            String sentence = each.replaceFirst("^(?:%s)?- ", "")
                    .replace("%s", "…")
                    .replaceFirst("(?<=:)…$", "")
                    .strip();
            if (!sentence.isEmpty() && !sentence.equals("…") && !sentence.matches("</?\\w+>|Rules:")) {
                sentences.add(sentence);
            }
        }
        assertThat(sentences).isNotEmpty();
        return sentences;
    }
}
