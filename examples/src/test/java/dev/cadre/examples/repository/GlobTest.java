// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Assertions;
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
        assertThat(Glob.matches(pattern, path)).isEqualTo(matches);
    }

    @Test
    void glob_manyStars_takesTimeOfTheProductOfLengths() {
        String hostile = "*a".repeat(200) + "b";
        Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> assertThat(Glob.matches(hostile, "a".repeat(400))).isFalse());
    }
}
