// SPDX-License-Identifier: Apache-2.0
package dev.cadre.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The page and the picture of modules and packages are what the code is; {@code -Dcadre.write=true} writes them anew. */
class WhereTest {
    private static final int A_SCREEN = 64;
    private static final List<House.Module> MODULES = House.modules();

    @Test
    void page_namesEveryModuleAndPackageWithItsSentence() throws IOException {
        requireOnDisk("docs/where.md", page());
    }

    @Test
    void page_isAScreen() {
        assertThat(page().lines().count()).isLessThanOrEqualTo(A_SCREEN);
    }

    @Test
    void picture_isThatOfTheCode() throws IOException {
        requireOnDisk("docs/picture.md", picture());
    }

    /** What a sentence needs the word "and" for are two things, but for pairs that belong together. */
    @Test
    void packages_haveASentenceOfTheirOwn() {
        List<String> sentences = MODULES.stream()
                .flatMap(module -> module.rooms().stream())
                .map(House.Room::sentence)
                .toList();

        assertThat(sentences).doesNotHaveDuplicates().allMatch(sentence -> sentence.length() <= 120);
    }

    private static void requireOnDisk(String name, String expected) throws IOException {
        Path file = Documents.ROOT.resolve(name);
        if (Boolean.getBoolean("cadre.write")) {
            Files.writeString(file, expected);
        }
        assertThat(Files.exists(file) ? Documents.text(file) : "")
                .as("%s is not what the code is; -Dcadre.write=true writes it anew", name)
                .isEqualTo(expected);
    }

    private static String page() {
        var page = new StringBuilder("""
                # Where is what

                Made from the code by `WhereTest`. [The picture](picture.md) shows who uses whom; [the concepts](concepts.md) explain the words.

                | package | one sentence | look for |
                |---|---|---|
                """);
        for (House.Module module : MODULES) {
            page.append(
                    "| **%s** | **%s** | `%s` |\n".formatted(module.folder(), module.sentence(), module.artifact()));
            for (House.Room room : module.rooms()) {
                String types = room.types().stream().map("`%s`"::formatted).collect(Collectors.joining(", "));
                page.append("| `%s` | %s | %s |\n".formatted(room.name(), room.sentence(), types));
            }
        }
        return page.toString();
    }

    private static String picture() {
        Map<String, Set<String>> modules = MODULES.stream()
                .collect(Collectors.toMap(
                        House.Module::artifact, House.Module::dependencies, (a, b) -> a, TreeMap::new));
        Map<String, Set<String>> rooms = MODULES.stream()
                .filter(module -> module.folder().equals("core"))
                .flatMap(module -> module.rooms().stream())
                .collect(Collectors.toMap(House.Room::name, House.Room::imports, (a, b) -> a, TreeMap::new));
        return """
                # The picture

                Made from the code by `WhereTest`. An arrow points to what is used; an arrow that longer ways say already is left out.

                ## Modules

                %s
                ## Packages of the core

                %s""".formatted(
                diagram(modules, name -> name.replaceFirst("^cadre-", "")),
                diagram(rooms, name -> name.equals("dev.cadre") ? name : name.replaceFirst("^dev\\.cadre\\.", "")));
    }

    private static String diagram(Map<String, Set<String>> edges, Function<String, String> label) {
        var lines = new StringBuilder("```mermaid\ngraph TD\n");
        House.reduced(edges).forEach((from, targets) -> {
            lines.append("  %s[\"%s\"]\n".formatted(id(from), label.apply(from)));
            targets.forEach(to -> lines.append("  %s --> %s\n".formatted(id(from), id(to))));
        });
        return lines.append("```\n").toString();
    }

    private static String id(String name) {
        return name.replaceAll("[^a-z0-9]", "_");
    }
}
