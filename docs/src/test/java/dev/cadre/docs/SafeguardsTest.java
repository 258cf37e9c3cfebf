// SPDX-License-Identifier: Apache-2.0
package dev.cadre.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of safeguards names what is there. */
class SafeguardsTest {
    private static final Pattern MEMBER = Pattern.compile("`([A-Z]\\w*)\\.([a-z]\\w*)`");

    @Test
    void everyMember_thatARowNames_isInTheSources() {
        Map<String, String> sources = new HashMap<>();
        Stream.of("main", "test")
                .flatMap(kind -> Documents.sources(kind).stream())
                .forEach(source -> sources.merge(
                        source.getFileName().toString().replace(".java", ""), Documents.text(source), String::concat));

        List<MatchResult> named = Documents.text(Documents.ROOT.resolve("docs/safeguards.md"))
                .lines()
                .filter(line -> line.startsWith("| "))
                .map(line -> line.split(" \\| ", -1))
                .filter(cells -> cells.length > 2)
                .flatMap(cells -> MEMBER.matcher(cells[1]).results())
                .toList();

        assertThat(named).hasSizeGreaterThan(300);
        assertThat(named.stream()
                        .filter(member -> !isIn(sources.getOrDefault(member.group(1), ""), member.group(2)))
                        .map(MatchResult::group))
                .isEmpty();
    }

    private static boolean isIn(String source, String member) {
        return Pattern.compile("\\b" + member + "\\b").matcher(source).find();
    }
}
