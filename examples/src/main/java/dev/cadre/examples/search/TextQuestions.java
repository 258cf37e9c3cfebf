// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.search;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Tells questions about prose and build files from questions about code. */
public final class TextQuestions {
    private static final Set<String> TEXT_WORDS = Set.of(
            "readme",
            "changelog",
            "docs",
            "documentation",
            "documented",
            "config",
            "configuration",
            "yaml",
            "yml",
            "gradle",
            "maven",
            "pom",
            "dockerfile",
            "workflow",
            "makefile",
            "license",
            "markdown");

    private TextQuestions() {}

    /** Whether one of the words speaks of prose, data or build files. */
    public static boolean asksForText(List<String> words) {
        return words.stream().map(word -> word.toLowerCase(Locale.ROOT)).anyMatch(TEXT_WORDS::contains);
    }
}
