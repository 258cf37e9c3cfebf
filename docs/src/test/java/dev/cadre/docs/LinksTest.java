// SPDX-License-Identifier: Apache-2.0
package dev.cadre.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.docs.Documents.Document;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What documents point to exists: files, headings, test classes. */
class LinksTest {
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern TEST_CLASS = Pattern.compile("`([A-Z][A-Za-z0-9]*Test)`");

    private static final Set<String> TEST_CLASSES = testClasses();

    private static Set<String> testClasses() {
        return Documents.sources("test").stream()
                .map(file -> file.getFileName().toString().replace(".java", ""))
                .collect(Collectors.toSet());
    }

    static List<Document> documents() {
        return Documents.all();
    }

    @ParameterizedTest
    @MethodSource("documents")
    void link_pointsToSomethingThatExists(Document document) {
        LINK.matcher(document.prose())
                .results()
                .map(link -> link.group(1))
                .filter(target -> !target.startsWith("https://"))
                .forEach(target -> assertExists(document, target));
    }

    private static void assertExists(Document document, String target) {
        String[] parts = target.split("#", 2);
        Path file = parts[0].isEmpty()
                ? document.file()
                : document.file().resolveSibling(parts[0]).normalize();
        assertThat(Files.exists(file)).as("%s links to %s", document, target).isTrue();
        if (parts.length == 2) {
            assertThat(Document.read(file).anchors())
                    .as("%s links to %s", document, target)
                    .contains(parts[1]);
        }
    }

    @ParameterizedTest
    @MethodSource("documents")
    void testClass_thatIsNamed_exists(Document document) {
        assertThat(TEST_CLASS.matcher(document.prose()).results().map(name -> name.group(1)))
                .isSubsetOf(TEST_CLASSES);
    }
}
