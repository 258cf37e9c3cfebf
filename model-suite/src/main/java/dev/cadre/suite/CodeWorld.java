// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import static dev.cadre.suite.World.code;
import static dev.cadre.suite.World.found;
import static dev.cadre.suite.WorldGoal.goal;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.cadre.task.SubtaskType;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Three small Java files. */
final class CodeWorld {
    private static final Map<String, String> FILES = Map.of(
            "src/Retry.java", """
                    /** Sends a request again; used by the connection pool. */
                    class Retry {
                        int maxAttempts = 3;
                        // TODO wait longer after a timeout
                    }
                    """,
            "src/Pool.java", """
                    /** Keeps connections open; retries are up to the caller of retry(). */
                    class Pool {
                        int connections = 8;
                        // TODO close idle connections
                    }
                    """,
            "src/Cache.java", """
                    class Cache {
                        int maxEntries = 500;
                        int secondsToLive = 60;
                        // TODO count hits
                    }
                    """);

    record Term(String term) {}

    record Paths(List<String> paths) {}

    record Path(String path) {}

    record Code(String code) {}

    record Asked(
            String code,
            @JsonPropertyDescription("what to find out") String question) {}

    record Explanation(String explanation) {}

    record Lines(int lines) {}

    record Todos(List<String> todos) {}

    static final World WORLD = World.of("code", CodeWorld::types, "path")
            .with(
                    goal("pool-size", "How many connections does the pool in the file src/Pool.java have?")
                            .uses("read_file")
                            .mentions("src/Pool.java")
                            .depth(1, 2)
                            .runsOnce()
                            .answers("8"),
                    goal("lines", "How many lines does the file src/Cache.java have?")
                            .uses("read_file", "count_lines")
                            .mentions("src/Cache.java")
                            .depth(2, 2)
                            .atMost(2)
                            .answers("5"),
                    goal("retries", "How many attempts does our code make at most? The files about it mention 'retry'.")
                            .uses("search_code", "read_file")
                            .mentions("retry")
                            .fansOut("read_file")
                            .depth(2, 4)
                            .answers("3"),
                    goal("todos", "List the TODO comments of all files that mention 'connection'.")
                            .uses("search_code", "read_file", "find_todos")
                            .mentions("connection")
                            .fansOut("read_file")
                            .fansOut("find_todos")
                            .depth(3, 4)
                            .answers("idle", "timeout")
                            .answersNot("hits"),
                    goal(
                                    "larger",
                                    "Which number is larger: the entries in src/Cache.java or the connections in src/Pool.java?")
                            .times("read_file", 2)
                            .mentions("src/Cache.java")
                            .mentions("src/Pool.java")
                            .answers("entries|cache|500"));

    private CodeWorld() {}

    static List<SubtaskType<?, ?>> types() {
        return List.of(
                code(
                        "search_code",
                        Term.class,
                        Paths.class,
                        "The paths of the files that mention a word.",
                        CodeWorld::search),
                code(
                        "read_file",
                        Path.class,
                        Code.class,
                        "The text of one file.",
                        asked -> new Code(found(FILES.get(asked.path()), "file '%s'".formatted(asked.path())))),
                SubtaskType.model(
                        "explain_code",
                        Asked.class,
                        Explanation.class,
                        "Answer a question about a piece of code in one sentence."),
                code(
                        "count_lines",
                        Code.class,
                        Lines.class,
                        "The number of lines of a text.",
                        asked -> new Lines((int) asked.code().lines().count())),
                code(
                        "find_todos",
                        Code.class,
                        Todos.class,
                        "The TODO comments of a text.",
                        asked -> new Todos(asked.code()
                                .lines()
                                .filter(line -> line.contains("TODO"))
                                .map(String::strip)
                                .toList())));
    }

    private static Paths search(Term asked) {
        String term = asked.term().toLowerCase(Locale.ROOT);
        return new Paths(FILES.entrySet().stream()
                .filter(file -> file.getValue().toLowerCase(Locale.ROOT).contains(term))
                .map(Map.Entry::getKey)
                .sorted()
                .toList());
    }
}
