// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

/**
 * Matches a path with a pattern of {@code *}, {@code ?}, {@code [...]}, {@code \} and {@code **}, as git does.
 *
 * <p>A table of (pattern position, path position) keeps the time at the product of both lengths: patterns come from
 * the repository and may be hostile.
 */
public final class Glob {
    private final String pattern;
    private final String path;
    private final boolean[][] failed;

    private Glob(String pattern, String path) {
        this.pattern = pattern;
        this.path = path;
        this.failed = new boolean[pattern.length() + 1][path.length() + 1];
    }

    /** Returns whether the whole path matches; {@code *} and {@code ?} stop at a {@code /}, {@code **} does not. */
    public static boolean matches(String pattern, String path) {
        return new Glob(pattern, path).from(0, 0);
    }

    private boolean from(int p, int s) {
        int i = p;
        int j = s;
        while (i < pattern.length()) {
            char c = pattern.charAt(i);
            if (c == '*') {
                return star(i, j);
            }
            if (j == path.length()) {
                return false;
            }
            int next = one(i, path.charAt(j));
            if (next < 0) {
                return false;
            }
            i = next;
            j++;
        }
        return j == path.length();
    }

    private boolean star(int p, int s) {
        if (failed[p][s]) {
            return false;
        }
        boolean matched = isDouble(p) ? doubleStar(p, s) : singleStar(p, s);
        failed[p][s] = !matched;
        return matched;
    }

    private boolean isDouble(int p) {
        boolean startsPart = p == 0 || pattern.charAt(p - 1) == '/';
        boolean twice = pattern.startsWith("**", p);
        return startsPart && twice && (p + 2 == pattern.length() || pattern.charAt(p + 2) == '/');
    }

    private boolean doubleStar(int p, int s) {
        if (p + 2 == pattern.length()) {
            return s < path.length();
        }
        for (int j = s; j >= 0 && j < path.length(); j = path.indexOf('/', j) + 1) {
            if (from(p + 3, j)) {
                return true;
            }
            if (path.indexOf('/', j) < 0) {
                return false;
            }
        }
        return false;
    }

    private boolean singleStar(int p, int s) {
        int next = p;
        while (next < pattern.length() && pattern.charAt(next) == '*') {
            next++;
        }
        for (int j = s; j <= path.length(); j++) {
            if (from(next, j)) {
                return true;
            }
            if (j < path.length() && path.charAt(j) == '/') {
                return false;
            }
        }
        return false;
    }

    /** Matches one character; returns the next pattern position, or -1. */
    private int one(int p, char c) {
        char expected = pattern.charAt(p);
        if (expected == '?') {
            return c == '/' ? -1 : p + 1;
        }
        if (expected == '[') {
            int end = pattern.indexOf(']', p + 2);
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
