// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {
    @ParameterizedTest
    @CsvSource({
        "*.java, A.java, true",
        "*.java, a/A.java, false",
        "a?c, abc, true",
        "a?c, a/c, false",
        "[a-c]x, bx, true",
        "[!a-c]x, bx, false",
        "**/x, x, true",
        "**/x, a/b/x, true",
        "**/x, a/bx, false",
        "a/**, a/b/c, true",
        "a/**, a, false",
        "a/**/z, a/z, true",
        "a/**/z, a/b/c/z, true",
        "a/**/z, a/bz, false",
        "\\*, *, true",
        "\\*, b, false",
        "a*b*c, axxbyyc, true",
        "a*b*c, axxbyy, false",
    })
    void glob_followsGit(String pattern, String path, boolean matches) {
        assertThat(Glob.of(pattern).matches(path)).isEqualTo(matches);
    }

    @Test
    void glob_manyStars_takesStepsOfTheProductOfLengths() {
        String names = "a".repeat(400);
        String folders = "a/".repeat(200) + "a";
        for (String hostile : List.of("*a".repeat(200) + "b", "**/".repeat(60) + "a*b", "**/a*".repeat(50) + "b")) {
            for (String path : List.of(names, folders)) {
                assertThat(Glob.of(hostile).steps(path))
                        .as("%s with %s", hostile, path)
                        .isLessThanOrEqualTo((hostile.length() + 2L) * (path.length() + 2L));
            }
        }
    }

    @Test
    void glob_ofRandomSigns_matchesLikeTheDefinition() {
        long seed = new SecureRandom().nextLong();
        var random = new Random(seed);
        for (int i = 0; i < 200_000; i++) {
            String pattern = text(random, List.of("a", "b", "/", "*", "**", "**/", "/**/", "?", "[ab]", "[!a]", "\\a"));
            String path = "a" + text(random, List.of("a", "b", "/", "ab", "b/a"));
            assertThat(Glob.of(pattern).matches(path))
                    .as("seed %d: %s with %s", seed, pattern, path)
                    .isEqualTo(isMatch(pattern, path));
        }
    }

    private static String text(Random random, List<String> pieces) {
        var text = new StringBuilder();
        for (int i = random.nextInt(7); i >= 0; i--) {
            text.append(pieces.get(random.nextInt(pieces.size())));
        }
        return text.toString().replaceAll("^/+|(?<=/)/+|/+$", "");
    }

    /** The definition: tries every way. */
    private static boolean isMatch(String pattern, String path) {
        return isMatch(pattern, 0, path, 0);
    }

    private static boolean isMatch(String pattern, int p, String path, int s) {
        if (p == pattern.length()) {
            return s == path.length();
        }
        boolean startsPart = p == 0 || pattern.charAt(p - 1) == '/';
        if (startsPart && pattern.substring(p).equals("**")) {
            return s < path.length();
        }
        if (startsPart && pattern.startsWith("**/", p)) {
            for (int at = s; at < path.length(); at++) {
                if ((at == s || path.charAt(at - 1) == '/') && isMatch(pattern, p + 3, path, at)) {
                    return true;
                }
            }
            return false;
        }
        char sign = pattern.charAt(p);
        if (sign == '*') {
            return isMatch(pattern, p + 1, path, s)
                    || (s < path.length() && path.charAt(s) != '/' && isMatch(pattern, p, path, s + 1));
        }
        if (s == path.length()) {
            return false;
        }
        char c = path.charAt(s);
        return switch (sign) {
            case '?' -> c != '/' && isMatch(pattern, p + 1, path, s + 1);
            case '[' -> {
                boolean negated = pattern.startsWith("[!a]", p);
                boolean fits = c != '/' && (negated ? c != 'a' : c == 'a' || c == 'b');
                yield fits && isMatch(pattern, p + 4, path, s + 1);
            }
            case '\\' -> c == pattern.charAt(p + 1) && isMatch(pattern, p + 2, path, s + 1);
            default -> c == sign && isMatch(pattern, p + 1, path, s + 1);
        };
    }
}
