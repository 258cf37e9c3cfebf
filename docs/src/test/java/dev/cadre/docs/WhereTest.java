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
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page and the picture of modules and packages are what the code is; {@code -Dcadre.write=true} writes them anew. */
class WhereTest {
    private static final int A_SCREEN = 75;
    private static final String PAGE = "docs/where.md";
    private static final String ANEW = "%s is not what the code is; -Dcadre.write=true writes it anew";
    private static final List<House.Module> MODULES = House.modules();

    @Test
    void page_namesEveryModuleAndPackageWithItsSentence() throws IOException {
        write(PAGE, page());

        assertThat(withoutTypes(onDisk(PAGE))).as(ANEW, PAGE).isEqualTo(withoutTypes(page()));
    }

    @Test
    void page_namesTypesThatAreThere() {
        Set<String> names = Documents.sources("main").stream()
                .map(source -> source.getFileName().toString().replace(".java", ""))
                .collect(Collectors.toSet());

        assertThat(onDisk(PAGE).lines().filter(line -> line.startsWith("| `"))).allSatisfy(line -> {
            String types = line.substring(line.lastIndexOf('|', line.length() - 2) + 1, line.length() - 1);
            assertThat(Stream.of(types.split(","))
                            .map(type -> type.replace("`", "").strip()))
                    .filteredOn(type -> !type.isEmpty())
                    .isSubsetOf(names);
        });
    }

    @Test
    void page_isAScreen() {
        assertThat(page().lines().count()).isLessThanOrEqualTo(A_SCREEN);
    }

    @Test
    void picture_isThatOfTheCode() throws IOException {
        write("docs/picture.md", picture());

        assertThat(onDisk("docs/picture.md")).as(ANEW, "docs/picture.md").isEqualTo(picture());
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

    private static void write(String name, String text) throws IOException {
        if (Boolean.getBoolean("cadre.write")) {
            Files.writeString(Documents.ROOT.resolve(name), text);
        }
    }

    private static String onDisk(String name) {
        Path file = Documents.ROOT.resolve(name);
        return Files.exists(file) ? Documents.text(file) : "";
    }

    /** Which types are imported most changes with every import. */
    private static String withoutTypes(String page) {
        return page.lines()
                .map(line ->
                        line.startsWith("| `") ? line.substring(0, line.lastIndexOf('|', line.length() - 2)) : line)
                .collect(Collectors.joining("\n"));
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
