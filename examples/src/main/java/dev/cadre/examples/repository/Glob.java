// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

/**
 * A pattern of {@code *}, {@code ?}, {@code [...]}, {@code \} and {@code **}, as git has it.
 *
 * <p>Patterns come from the repository and may be hostile. Matching keeps two places to go back to, the last {@code *}
 * and the last {@code **}: an earlier one could only give way to what these can reach, too. So it takes time of the
 * product of both lengths at worst, and no memory. Immutable.
 */
public final class Glob {
    private final String pattern;
    private final int lastBracket;

    private Glob(String pattern) {
        this.pattern = pattern;
        this.lastBracket = pattern.lastIndexOf(']');
    }

    /** Returns the glob of this pattern; every text is one. */
    public static Glob of(String pattern) {
        return new Glob(pattern);
    }

    /** Returns whether the whole path matches; {@code *} and {@code ?} stop at a {@code /}, {@code **} does not. */
    public boolean matches(String path) {
        return new Match(path).run();
    }

    /** Returns the number of characters that comparing the pattern with a path looks at. */
    long steps(String path) {
        var match = new Match(path);
        match.run();
        return match.steps;
    }

    private final class Match {
        private static final int NONE = -1;

        private final String path;
        private long steps;
        private int p;
        private int s;
        /** What follows the last star, and the path position where that was tried last. */
        private int afterStar = NONE;

        private int starAt;
        private int afterDoubleStar = NONE;
        private int doubleStarAt;

        Match(String path) {
            this.path = path;
        }

        boolean run() {
            while (true) {
                steps++;
                if (p == pattern.length() && s == path.length()) {
                    return true;
                }
                boolean atStar = p < pattern.length() && pattern.charAt(p) == '*';
                boolean takesTheRest = atStar && isDouble(p) && p + 2 == pattern.length();
                if (takesTheRest && s < path.length()) {
                    return true;
                }
                if (atStar && !takesTheRest) {
                    star();
                } else if ((takesTheRest || !literal()) && !goBack()) {
                    return false;
                }
            }
        }

        private void star() {
            if (isDouble(p)) {
                afterDoubleStar = p + 3;
                doubleStarAt = s;
                afterStar = NONE;
                p = afterDoubleStar;
                return;
            }
            while (p < pattern.length() && pattern.charAt(p) == '*') {
                p++;
            }
            afterStar = p;
            starAt = s;
        }

        private boolean literal() {
            if (p == pattern.length() || s == path.length()) {
                return false;
            }
            int next = one(p, path.charAt(s));
            if (next < 0) {
                return false;
            }
            p = next;
            s++;
            return true;
        }

        /** Lets the last star take one more character, or the last double star one more folder. */
        private boolean goBack() {
            if (afterStar != NONE && starAt < path.length() && path.charAt(starAt) != '/') {
                s = ++starAt;
                p = afterStar;
                return true;
            }
            if (afterDoubleStar == NONE) {
                return false;
            }
            int slash = path.indexOf('/', doubleStarAt);
            if (slash < 0 || slash + 1 == path.length()) {
                return false;
            }
            doubleStarAt = slash + 1;
            s = doubleStarAt;
            p = afterDoubleStar;
            afterStar = NONE;
            return true;
        }
    }

    private boolean isDouble(int p) {
        boolean startsPart = p == 0 || pattern.charAt(p - 1) == '/';
        boolean twice = pattern.startsWith("**", p);
        return startsPart && twice && (p + 2 == pattern.length() || pattern.charAt(p + 2) == '/');
    }

    /** Matches one character; returns the next pattern position, or -1. */
    private int one(int p, char c) {
        char expected = pattern.charAt(p);
        if (expected == '?') {
            return c == '/' ? -1 : p + 1;
        }
        if (expected == '[') {
            int end = p + 2 <= lastBracket ? pattern.indexOf(']', p + 2) : -1;
            if (end > 0) {
                return c != '/' && inClass(p + 1, end, c) ? end + 1 : -1;
            }
        }
        if (expected == '\\' && p + 1 < pattern.length()) {
            return pattern.charAt(p + 1) == c ? p + 2 : -1;
        }
        return expected == c ? p + 1 : -1;
    }

    private boolean inClass(int start, int end, char c) {
        boolean negated = pattern.charAt(start) == '!' || pattern.charAt(start) == '^';
        boolean found = false;
        for (int i = negated ? start + 1 : start; i < end; i++) {
            char low = pattern.charAt(i);
            boolean range = i + 2 < end && pattern.charAt(i + 1) == '-';
            char high = range ? pattern.charAt(i + 2) : low;
            found |= low <= c && c <= high;
            i += range ? 2 : 0;
        }
        return found != negated;
    }
}
