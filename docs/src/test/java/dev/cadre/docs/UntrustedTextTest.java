// SPDX-License-Identifier: Apache-2.0
package dev.cadre.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.docs.Documents.Document;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of readers is true: its classes and tests exist, and no reader is missing. */
class UntrustedTextTest {
    private static final Document GUIDE = Document.read(Documents.ROOT.resolve("docs/untrusted-text.md"));

    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| `(\\w+)` \\|[^|]+\\|[^|]+\\| `(\\w+)(?:[.](\\w+))?` \\|$");

    /** What reads text, or looks at it with an expression. */
    private static final Pattern READS =
            Pattern.compile("Json[.]parse\\(|JsonFeed[.]ofArray\\(|ParsedJson[.](reply|document)\\("
                    + "|[.]readTree\\(|[.]readValue\\(|treeToValue\\(|Pattern[.]compile\\(|JsonType[.]ofSchema\\(");

    /** What reads the signs of a text or the bytes of a file; in the packages that read repositories each is a reader. */
    private static final Pattern LOOKS =
            Pattern.compile("charAt\\(|[.]split\\(|readNBytes\\(|[.]at\\(|indexOf\\(|char\\[\\] code");

    private static final List<String> OF_REPOSITORIES = List.of("repository", "index");

    /** These read what this process made itself: literals of its code, settings, its own requests, its own threads. */
    private static final List<String> OWN = List.of(
            "AddressRange",
            "BaseUrl",
            "ChatWriter",
            "GenericType",
            "ModelPools",
            "NamedGraph",
            "OpenAiSettings",
            "RequestWriter",
            "ScriptedCall",
            "SimMergeModel",
            "ToolSchemas",
            "ToolSpec",
            "ToolWriter",
            "VirtualThreads");

    private static final Map<String, String> MAIN = sources("main");
    private static final Map<String, String> TESTS = sources("test");

    /** The text of each class; the texts of two classes with one name follow one another. */
    private static Map<String, String> sources(String kind) {
        return Documents.sources(kind).stream()
                .collect(Collectors.toMap(UntrustedTextTest::className, Documents::text, String::concat));
    }

    private static String className(Path file) {
        return file.getFileName().toString().replace(".java", "");
    }

    static List<MatchResult> rows() {
        return ROW.matcher(GUIDE.text()).results().toList();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void row_namesAClassAndATestThatExist(MatchResult row) {
        assertThat(MAIN).as(row.group()).containsKey(row.group(1));
        assertThat(TESTS).as(row.group()).containsKey(row.group(2));
        if (row.group(3) != null) {
            assertThat(TESTS.get(row.group(2))).as(row.group()).contains(" void " + row.group(3) + "(");
        }
    }

    @Test
    void readerOfRepositories_thatIsInNoTable_isFound() {
        var known = new TreeSet<>(List.of("Query")); // the question is the user's
        rows().forEach(row -> known.add(row.group(1)));

        for (String folder : OF_REPOSITORIES) {
            Path sources = Documents.ROOT
                    .resolve("examples/src/main/java/dev/cadre/examples")
                    .resolve(folder);
            List<Path> readers = Documents.files(sources, Integer.MAX_VALUE, ".java").stream()
                    .filter(file -> LOOKS.matcher(Documents.text(file)).find())
                    .toList();

            assertThat(readers).as(folder).hasSizeGreaterThan(8);
            assertThat(readers).extracting(UntrustedTextTest::className).allMatch(known::contains, "has a row");
        }
    }

    @Test
    void reader_thatIsInNoTable_isFound() {
        var known = new TreeSet<>(OWN);
        rows().forEach(row -> known.add(row.group(1)));

        List<String> missing = Documents.sources("main").stream()
                .filter(file -> !file.toString().contains("openai-testing")) // a test's own server
                .filter(file -> READS.matcher(Documents.text(file)).find())
                .map(UntrustedTextTest::className)
                .filter(name -> !known.contains(name))
                .toList();

        assertThat(rows()).hasSizeGreaterThan(50);
        assertThat(missing).as("readers without a row in %s", GUIDE.file()).isEmpty();
    }
}
