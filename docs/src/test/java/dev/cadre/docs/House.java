// SPDX-License-Identifier: Apache-2.0
package dev.cadre.docs;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The modules and packages of the project, read from poms and sources. */
final class House {
    private static final Pattern PACKAGE = Pattern.compile("(?m)^package ([\\w.]+);");
    private static final Pattern SENTENCE = Pattern.compile("(?s)/\\*\\*[\\s*]*(.*?\\.)(?=\\s)");
    private static final Pattern IMPORT =
            Pattern.compile("(?m)^import (?:static )?(dev\\.cadre(?:\\.[a-z0-9]+)*)\\.([A-Z]\\w*)");
    private static final Pattern PUBLIC_TYPE = Pattern.compile("(?m)^public [a-z ]*(?:class|interface|record|enum) ");
    private static final Pattern DEPENDENCY = Pattern.compile(
            "<dependency>\\s*<groupId>dev\\.cadre</groupId>\\s*<artifactId>(cadre-[a-z0-9-]+)</artifactId>(?!.*<scope>test)");
    private static final Pattern ARTIFACT = Pattern.compile("(?m)^  <artifactId>(cadre-[a-z0-9-]+)</artifactId>$");
    private static final Pattern DESCRIPTION = Pattern.compile("(?m)^  <description>(.*)</description>$");
    private static final int MOST_TYPES = 4;

    /** A package with its sentence, the packages that it imports, and its types that others import most. */
    record Room(String name, String sentence, Set<String> imports, List<String> types) {}

    /** A module with its artifact, its sentence, the modules that it depends on, and its packages. */
    record Module(String folder, String artifact, String sentence, Set<String> dependencies, List<Room> rooms) {}

    private final Map<String, Integer> importedTimes = new TreeMap<>();

    private House() {
        for (Path source : Documents.sources("main")) {
            IMPORT.matcher(Documents.text(source))
                    .results()
                    .map(found -> found.group(1) + "." + found.group(2))
                    .distinct()
                    .forEach(type -> importedTimes.merge(type, 1, Integer::sum));
        }
    }

    static List<Module> modules() {
        var house = new House();
        return Documents.modules().stream().map(house::module).toList();
    }

    private Module module(Path folder) {
        String pom = Documents.text(folder.resolve("pom.xml"));
        Set<String> dependencies = pom.lines()
                .map(DEPENDENCY::matcher)
                .filter(Matcher::find)
                .map(found -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        Path sources = folder.resolve("src/main/java");
        boolean isProduct =
                Files.isDirectory(sources) && !folder.getFileName().toString().equals("bom");
        return new Module(
                folder.getFileName().toString(),
                first(ARTIFACT, pom),
                first(DESCRIPTION, pom),
                folder.getFileName().toString().equals("bom") ? Set.of() : dependencies,
                isProduct ? rooms(sources) : List.of());
    }

    private List<Room> rooms(Path sources) {
        return Documents.files(sources, Integer.MAX_VALUE, "package-info.java").stream()
                .map(this::room)
                .sorted(Comparator.comparing(Room::name))
                .toList();
    }

    private Room room(Path info) {
        String text = Documents.text(info);
        String name = first(PACKAGE, text);
        String sentence =
                first(SENTENCE, text).replaceAll("\\s*\\n\\s*\\*?\\s*", " ").replaceAll("\\{@code ([^}]*)}", "`$1`");
        var imports = new TreeSet<String>();
        var types = new ArrayList<String>();
        for (Path source : Documents.files(info.getParent(), 1, ".java")) {
            String code = Documents.text(source);
            IMPORT.matcher(code).results().map(found -> found.group(1)).forEach(imports::add);
            if (PUBLIC_TYPE.matcher(code).find()) {
                types.add(source.getFileName().toString().replace(".java", ""));
            }
        }
        imports.remove(name);
        types.sort(Comparator.comparingInt((String type) -> -importedTimes.getOrDefault(name + "." + type, 0))
                .thenComparing(Comparator.naturalOrder()));
        return new Room(
                name, sentence, imports, types.stream().limit(MOST_TYPES).toList());
    }

    private static String first(Pattern pattern, String text) {
        Matcher found = pattern.matcher(text);
        if (!found.find()) {
            throw new AssertionError("no " + pattern + " in: " + text);
        }
        return found.group(1);
    }

    /** The edges that no longer way through the others says already. */
    static Map<String, Set<String>> reduced(Map<String, Set<String>> edges) {
        Map<String, Set<String>> reduced = new TreeMap<>();
        edges.forEach((from, targets) -> {
            var direct = new TreeSet<String>();
            for (String target : targets) {
                boolean isSaid = targets.stream()
                        .filter(other -> !other.equals(target))
                        .anyMatch(other -> reaches(edges, other, target, new HashSet<>()));
                if (!isSaid) {
                    direct.add(target);
                }
            }
            reduced.put(from, direct);
        });
        return reduced;
    }

    private static boolean reaches(Map<String, Set<String>> edges, String from, String to, Set<String> seen) {
        return from.equals(to)
                || (seen.add(from)
                        && edges.getOrDefault(from, Set.of()).stream()
                                .anyMatch(next -> reaches(edges, next, to, seen)));
    }
}
