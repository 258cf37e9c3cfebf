// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.search;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.cadre.examples.repository.Repository;
import dev.cadre.examples.repository.SourceFile;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the lines that match a regular expression, in time linear in the text: patterns may come from a model.
 * Stops at 200 hits and, between files, after 20 seconds.
 */
public final class TextSearch {
    private static final int MAX_PATTERN_CHARACTERS = 500;
    private static final int MAX_HITS = 200;
    private static final int MAX_LINE_CHARACTERS = 2000;
    private static final Duration MAX_TIME = Duration.ofSeconds(20);

    private final Repository repository;
    private final InstantSource clock;

    TextSearch(Repository repository, InstantSource clock) {
        this.repository = repository;
        this.clock = clock;
    }

    /** An RE2 pattern of at most 500 characters, and the paths to look in. */
    public record Request(String pattern, PathFilter paths) implements Work {
        public Request {
            if (pattern.isEmpty() || pattern.length() > MAX_PATTERN_CHARACTERS) {
                throw new IllegalArgumentException("pattern of %d characters; 1 to %d are allowed"
                        .formatted(pattern.length(), MAX_PATTERN_CHARACTERS));
            }
        }
    }

    /** The lines, by path and number; truncated if there may be more. */
    public record Found(List<Hit> hits, boolean truncated) {
        public Found {
            hits = List.copyOf(hits);
        }
    }

    /** One line that matches; its text is cut at 2,000 characters. */
    public record Hit(String path, int line, String text) {}

    /**
     * Does not block.
     *
     * @throws IllegalArgumentException if the pattern is not one of RE2
     */
    public Found run(Request request) {
        Pattern pattern = compile(request.pattern());
        var hits = new ArrayList<Hit>();
        var end = clock.instant().plus(MAX_TIME);
        for (SourceFile file : repository.files()) {
            if (request.paths().accepts(file.path())) {
                if (clock.instant().isAfter(end) || !addHits(pattern, file, hits)) {
                    return new Found(hits, true);
                }
            }
        }
        return new Found(hits, false);
    }

    private static Pattern compile(String pattern) {
        try {
            return Pattern.compile(pattern, Pattern.MULTILINE);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("not a pattern of RE2: " + e.getMessage(), e);
        }
    }

    /** Returns whether there is room for more. */
    private static boolean addHits(Pattern pattern, SourceFile file, List<Hit> hits) {
        Matcher matcher = pattern.matcher(file.text());
        int from = 0;
        while (from < file.text().length() && matcher.find(from)) {
            if (hits.size() == MAX_HITS) {
                return false;
            }
            int line = file.lineAt(Math.min(matcher.start(), file.text().length() - 1));
            String text = file.line(line);
            hits.add(new Hit(file.path(), line, text.substring(0, Math.min(text.length(), MAX_LINE_CHARACTERS))));
            from = line < file.lineCount()
                    ? file.lineStart(line + 1)
                    : file.text().length();
        }
        return true;
    }
}
