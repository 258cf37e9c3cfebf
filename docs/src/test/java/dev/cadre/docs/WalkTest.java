// SPDX-License-Identifier: Apache-2.0
package dev.cadre.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The walks of the concepts lead through methods that are there. */
class WalkTest {
    private static final int MOST_STEPS = 12;
    private static final Pattern STEP = Pattern.compile("(?m)^\\d+\\. \\[`(\\w+)\\.(\\w+)`]\\((\\.\\./core/[^)]*)\\)");
    private static final String CONCEPTS =
            Documents.text(Documents.ROOT.resolve("docs").resolve("concepts.md"));

    private static List<List<MatchResult>> walks() {
        String walk = CONCEPTS.substring(CONCEPTS.indexOf("## A walk through the code"));
        return Stream.of(walk.split("(?m)^One "))
                .skip(1)
                .map(part -> STEP.matcher(part).results().toList())
                .toList();
    }

    @Test
    void walks_haveAtMostTwelveSteps_andNoStepTwice() {
        assertThat(walks()).hasSize(2).allSatisfy(walk -> {
            assertThat(walk).hasSizeBetween(2, MOST_STEPS);
            assertThat(walk.stream().map(MatchResult::group)).doesNotHaveDuplicates();
        });
    }

    @Test
    void steps_areMethodsOfTheLinkedFile() {
        walks().stream().flatMap(List::stream).forEach(step -> {
            Path file = Documents.ROOT.resolve("docs").resolve(step.group(3)).normalize();
            assertThat(file.getFileName()).hasToString(step.group(1) + ".java");
            assertThat(Documents.text(file))
                    .as(step.group())
                    .containsPattern("(?m)^    [\\w<][^=;\\n]* " + step.group(2) + "\\(");
        });
    }
}
