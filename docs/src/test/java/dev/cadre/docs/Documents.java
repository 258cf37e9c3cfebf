// SPDX-License-Identifier: Apache-2.0
package dev.cadre.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The documents that this module checks. */
final class Documents {
    /** The root of the project: tests run in the folder of their module. */
    static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    static final Document README = Document.read(ROOT.resolve("README.md"));

    private static final Pattern FENCE = Pattern.compile("(?ms)^```([a-z]*)\\n(.*?)^```$");

    private Documents() {}

    /** The documents at the root, the guides and the decisions. */
    static List<Document> all() {
        var all = new ArrayList<Document>();
        for (String folder : List.of("", "docs", "docs/adr")) {
            files(ROOT.resolve(folder), 1, ".md").stream().map(Document::read).forEach(all::add);
        }
        return all;
    }

    /** The folders of the modules: those with a {@code pom.xml}. */
    static List<Path> modules() {
        return files(ROOT, 2, "pom.xml").stream()
                .map(Path::getParent)
                .filter(folder -> !folder.equals(ROOT))
                .toList();
    }

    /** All Java sources of all modules below {@code src/main} or {@code src/test}. */
    static List<Path> sources(String kind) {
        return modules().stream()
                .map(module -> module.resolve("src").resolve(kind))
                .filter(Files::isDirectory)
                .flatMap(folder -> files(folder, Integer.MAX_VALUE, ".java").stream())
                .toList();
    }

    /** The files below a folder, down to a depth, whose names end so; sorted. */
    static List<Path> files(Path folder, int depth, String ending) {
        try (Stream<Path> files = Files.walk(folder, depth)) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A document in Markdown. */
    record Document(Path file, String text) {
        static Document read(Path file) {
            return new Document(file, Documents.text(file));
        }

        /** The fenced blocks of a language, without their fences. */
        List<String> blocks(String language) {
            return FENCE.matcher(text)
                    .results()
                    .filter(fence -> fence.group(1).equals(language))
                    .map(fence -> fence.group(2))
                    .toList();
        }

        /** What remains without the fenced blocks. */
        String prose() {
            return FENCE.matcher(text).replaceAll("");
        }

        /** The anchors of its headings, as GitHub makes them. */
        List<String> anchors() {
            return Pattern.compile("(?m)^#+ (.+)$")
                    .matcher(prose())
                    .results()
                    .map(Document::anchor)
                    .toList();
        }

        private static String anchor(MatchResult heading) {
            return heading.group(1)
                    .toLowerCase(Locale.ROOT)
                    .replaceAll("[^a-z0-9 _-]", "")
                    .replace(' ', '-');
        }

        @Override
        public String toString() {
            return ROOT.relativize(file).toString();
        }
    }
}
