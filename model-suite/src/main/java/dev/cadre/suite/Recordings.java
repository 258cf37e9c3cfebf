// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A folder with the recordings of each section, as JSON lines: a head, then one conversation a line, sorted, so that
 * recording again changes only what changed.
 */
record Recordings(Path folder) {
    private static final int FORMAT = 1;
    private static final String ENDING = ".jsonl";
    private static final Comparator<Conversation> ORDER = Comparator.comparing(
                    (Conversation each) -> each.trial().exercise())
            .thenComparingInt(each -> each.trial().repetition());

    /** Every conversation of the folder, in the order of the files and their lines; none if there is no folder. */
    List<Conversation> all() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(ENDING))
                    .sorted()
                    .flatMap(file -> read(file).stream())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The conversations of one section. */
    List<Conversation> of(String section) {
        Path file = file(section);
        return Files.exists(file) ? read(file) : List.of();
    }

    /**
     * Writes conversations of one section. They take the place of every earlier conversation of their exercises; what was
     * recorded of other exercises stays. None write nothing.
     */
    void put(String section, List<Conversation> conversations) {
        if (conversations.isEmpty()) {
            return;
        }
        Set<String> renewed = conversations.stream()
                .map(each -> each.trial().exercise())
                .collect(Collectors.toCollection(LinkedHashSet::new));
        var lines = new ArrayList<Conversation>(conversations);
        of(section).stream()
                .filter(each -> !renewed.contains(each.trial().exercise()))
                .forEach(lines::add);
        lines.sort(ORDER);
        var text = new StringBuilder(Json.obj()
                        .with("recording", FORMAT)
                        .with("section", section)
                        .write())
                .append('\n');
        lines.forEach(each -> text.append(each.toJson().write()).append('\n'));
        try {
            Files.createDirectories(folder);
            Files.writeString(file(section), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path file(String section) {
        return folder.resolve(section + ENDING);
    }

    private static List<Conversation> read(Path file) {
        var conversations = new ArrayList<Conversation>();
        int number = 0;
        String section = "";
        try {
            for (String line : Files.readAllLines(file)) {
                number++;
                if (!(Json.parse(line) instanceof Json.Obj object)) {
                    throw new JsonException("not an object");
                }
                if (number > 1) {
                    conversations.add(Conversation.parse(section, object));
                } else if (object.intValue("recording") == FORMAT) {
                    section = object.string("section");
                } else {
                    throw new JsonException("another format than " + FORMAT);
                }
            }
            return conversations;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (JsonException | IllegalArgumentException | ClassCastException e) {
            throw new IllegalArgumentException(
                    "recording %s is damaged in line %d: %s".formatted(file.getFileName(), number, e.getMessage()), e);
        }
    }
}
