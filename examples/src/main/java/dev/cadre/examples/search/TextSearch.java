// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.search;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.cadre.examples.repository.Repository;
import dev.cadre.examples.repository.SourceFile;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the lines that match a regular expression, in time linear in the text: patterns may come from a model.
 * Stops at 200 hits, after 20 seconds, and when it is interrupted.
 */
public final class TextSearch {
    private static final int MAX_PATTERN_CHARACTERS = 500;

    /** A counted repetition is compiled to copies; without a limit 25 characters can fill the heap. */
    private static final int MAX_STATES = 10_000;

    private static final Pattern COUNT = Pattern.compile("\\{([0-9]{1,4})(?:,([0-9]{1,4})?)?\\}");
    private static final String COUNTED_GROUP = "){";
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
     * Computes for up to 20 seconds.
     *
     * @throws IllegalArgumentException if the pattern is not one of RE2, or repeats too much
     * @throws InterruptedException if this thread is interrupted, at the next 4,096 characters of text
     */
    public Found run(Request request) throws InterruptedException {
        Pattern pattern = compile(request.pattern());
        var hits = new ArrayList<Hit>();
        var end = clock.instant().plus(MAX_TIME);
        try {
            for (SourceFile file : repository.files()) {
                if (request.paths().accepts(file.path())) {
                    if (clock.instant().isAfter(end) || !addHits(pattern, file, end, hits)) {
                        return new Found(hits, true);
                    }
                }
            }
            return new Found(hits, false);
        } catch (WatchedText.Stopped stopped) {
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted in a text search");
            }
            return new Found(hits, true);
        }
    }

    private static Pattern compile(String pattern) {
        if (states(pattern) > MAX_STATES) {
            throw new IllegalArgumentException(
                    "the repetitions of the pattern multiply to more than %d states".formatted(MAX_STATES));
        }
        try {
            return Pattern.compile(pattern, Pattern.MULTILINE);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("not a pattern of RE2: " + e.getMessage(), e);
        }
    }

    /** At least the copies that counts make: they add up, and may multiply once a group is counted. */
    private static long states(String pattern) {
        boolean multiplies = pattern.contains(COUNTED_GROUP);
        long states = pattern.length();
        Matcher counts = COUNT.matcher(pattern);
        while (states <= MAX_STATES && counts.find()) {
            String most = counts.group(2) == null ? counts.group(1) : counts.group(2);
            int times = Math.max(1, Integer.parseInt(most));
            states = multiplies ? states * times : states + times;
        }
        return states;
    }

    /** Returns whether there is room for more. */
    private boolean addHits(Pattern pattern, SourceFile file, Instant end, List<Hit> hits) {
        Matcher matcher = pattern.matcher(
                new WatchedText(file.text(), () -> clock.instant().isAfter(end)));
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
