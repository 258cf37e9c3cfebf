// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import dev.cadre.task.SubtaskType;
import java.util.List;
import java.util.Optional;

/** The subtask types of the tests of this package. */
final class Types {
    record Query(String term, Optional<Integer> limit) {
        Query {
            if (term.equals("forbidden")) {
                throw new IllegalArgumentException("the term is forbidden");
            }
        }
    }

    record Hits(List<String> paths, int count) {}

    record ReadFile(String path) {}

    record Excerpt(String text, int lines) {}

    record Notes(List<String> texts, Optional<String> title) {}

    record Brief(String headline) {}

    record Pair(String left, String right) {}

    static final SubtaskType<Query, Hits> SEARCH = SubtaskType.model(
                    "search", Query.class, Hits.class, "Find files that mention the term.")
            .allowingOptional();
    static final SubtaskType<ReadFile, Excerpt> READ =
            SubtaskType.code("read", ReadFile.class, Excerpt.class, (in, context) -> new Excerpt(in.path(), 1));
    static final SubtaskType<Notes, Brief> BRIEF =
            SubtaskType.model("brief", Notes.class, Brief.class, "Write a brief.");
    static final SubtaskType<Pair, Brief> COMPARE =
            SubtaskType.model("compare", Pair.class, Brief.class, "Compare two texts.");
    static final SubtaskType<Brief, String> SHOUT =
            SubtaskType.code("shout", Brief.class, String.class, (in, context) -> in.headline());
    static final SubtaskType<String, Brief> ECHO =
            SubtaskType.code("echo", String.class, Brief.class, (in, context) -> new Brief(in));

    static final List<SubtaskType<?, ?>> ALL = List.of(SEARCH, READ, BRIEF, COMPARE, SHOUT, ECHO);

    private Types() {}
}
