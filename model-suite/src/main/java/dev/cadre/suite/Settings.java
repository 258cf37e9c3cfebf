// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is run, and against which server.
 *
 * @param server the base URL of the server
 * @param model the id of the model there
 * @param api how the server is spoken to
 * @param key the key of the server
 * @param repetitions how often each exercise is put
 * @param only the sections, groups of sections or exercises that are run; all if empty
 * @param parallel how many exercises are under way at once
 * @param recordings the folder that is written
 */
record Settings(
        String server,
        String model,
        ServerApi api,
        String key,
        int repetitions,
        List<String> only,
        int parallel,
        Path recordings) {
    private static final String PREFIX = "cadre.local";

    /** The interface of a server. */
    enum ServerApi {
        /** The client finds it out. */
        ANY,
        RESPONSES,
        CHAT
    }

    Settings {
        only = List.copyOf(only);
        if (repetitions < 1 || parallel < 1) {
            throw new IllegalArgumentException(
                    "repetitions and parallel must be at least 1, not %d and %d".formatted(repetitions, parallel));
        }
    }

    /**
     * Reads {@code cadre.local} and the properties below it.
     *
     * @param properties the value of a property; null if it is not set
     * @param key the key of the server; {@code none} if null
     * @throws IllegalArgumentException if the server is not set, or a value is none of those that are known
     */
    static Settings of(Function<String, @Nullable String> properties, @Nullable String key) {
        String server = properties.apply(PREFIX);
        if (server == null || server.isBlank()) {
            throw new IllegalArgumentException(
                    "-D%s=URL must name a server, such as http://127.0.0.1:8081/v1".formatted(PREFIX));
        }
        return new Settings(
                server,
                or(properties, "model", "local-model"),
                ServerApi.valueOf(or(properties, "api", "any").toUpperCase(Locale.ROOT)),
                key == null || key.isBlank() ? "none" : key,
                Integer.parseInt(or(properties, "repeat", "1")),
                Stream.of(or(properties, "only", "").split(","))
                        .map(String::strip)
                        .filter(name -> !name.isEmpty())
                        .toList(),
                Integer.parseInt(or(properties, "parallel", "2")),
                Path.of(or(properties, "record", "target/recordings")));
    }

    private static String or(Function<String, @Nullable String> properties, String name, String otherwise) {
        String value = properties.apply(PREFIX + "." + name);
        return value == null || value.isBlank() ? otherwise : value;
    }

    /**
     * What of the sections is run.
     *
     * @throws IllegalArgumentException if {@link #only} names something that is not there
     */
    List<Section> chosen(List<Section> sections) {
        for (String name : only) {
            if (sections.stream().noneMatch(section -> isChosen(section, name))) {
                throw new IllegalArgumentException("there is no '%s', only %s"
                        .formatted(name, sections.stream().map(Section::name).toList()));
            }
        }
        return sections.stream()
                .map(section -> new Section(
                        section.name(),
                        section.exercises().stream()
                                .filter(exercise -> only.isEmpty()
                                        || only.stream().anyMatch(name -> isChosen(section, exercise, name)))
                                .toList()))
                .filter(section -> !section.exercises().isEmpty())
                .toList();
    }

    private static boolean isChosen(Section section, String name) {
        return section.exercises().stream().anyMatch(exercise -> isChosen(section, exercise, name));
    }

    private static boolean isChosen(Section section, Exercise exercise, String name) {
        return name.equals(section.group())
                || name.equals(section.name())
                || name.equals(section.name() + "/" + exercise.id());
    }
}
