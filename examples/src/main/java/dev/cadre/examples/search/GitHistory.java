// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.search;

import dev.cadre.examples.index.Commit;
import dev.cadre.examples.index.History;
import dev.cadre.examples.index.Query;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Finds commits by the words of their subjects or by a path they changed. */
public final class GitHistory {
    private static final int MAX_PATHS = 50;

    private final History history;

    GitHistory(History history) {
        this.history = history;
    }

    /**
     * What to look for.
     *
     * @param words the words of the subject; those that fit more of them go first
     * @param limit number of commits, 1 to 200
     */
    public record Request(List<String> words, PathFilter paths, int limit) implements Work {
        public Request {
            words = List.copyOf(words);
            if (limit < 1 || limit > 200) {
                throw new IllegalArgumentException("limit %d; 1 to 200 are allowed".formatted(limit));
            }
        }
    }

    /** The commits, best first, then newest first; each with at most 50 of its paths. */
    public record Found(List<Commit> commits) {
        public Found {
            commits = List.copyOf(commits);
        }
    }

    private record Scored(Commit commit, long score) {}

    /** Does not block. */
    public Found run(Request request) {
        Set<String> wanted = termsOf(request.words());
        return new Found(history.commits().stream()
                .filter(commit -> commit.paths().stream().anyMatch(request.paths()::accepts))
                .map(commit -> new Scored(commit, score(wanted, commit)))
                .filter(scored -> scored.score > 0 || wanted.isEmpty())
                .sorted(Comparator.comparingLong(Scored::score).reversed())
                .limit(request.limit())
                .map(scored -> withFewPaths(scored.commit))
                .toList());
    }

    /** The first commit of a repository may have changed a hundred thousand. */
    private static Commit withFewPaths(Commit commit) {
        List<String> paths = commit.paths();
        return new Commit(
                commit.sha(), commit.date(), commit.subject(), paths.subList(0, Math.min(MAX_PATHS, paths.size())));
    }

    private static long score(Set<String> wanted, Commit commit) {
        return termsOf(List.of(commit.subject().split(" ", -1))).stream()
                .filter(wanted::contains)
                .count();
    }

    private static Set<String> termsOf(List<String> words) {
        return Query.of(String.join(" ", words)).terms().stream()
                .map(Query.Term::text)
                .collect(Collectors.toSet());
    }
}
