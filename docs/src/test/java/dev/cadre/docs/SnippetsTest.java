// SPDX-License-Identifier: Apache-2.0
package dev.cadre.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every Java snippet of a document is a region of a test source of this module, and every region is shown somewhere. */
class SnippetsTest {
    private static final Pattern REGION = Pattern.compile("(?ms)^ *// region ([a-z0-9-]+)\\n(.*?)^ *// endregion$");

    private final Map<String, String> regions = regions();

    private static Map<String, String> regions() {
        var regions = new LinkedHashMap<String, String>();
        for (var file : Documents.files(Documents.ROOT.resolve("docs/src/test/java"), Integer.MAX_VALUE, ".java")) {
            REGION.matcher(Documents.text(file)).results().forEach(region -> {
                String twin = regions.put(region.group(1), normal(region.group(2)));
                assertThat(twin).as("two regions named " + region.group(1)).isNull();
            });
        }
        return regions;
    }

    /** A region is indented as deep as its class and has blank lines where the formatter wants them; a document need not. */
    private static String normal(String code) {
        return code.replaceAll("(?m)^\\s*\\n", "").stripTrailing().stripIndent();
    }

    @TestFactory
    Stream<DynamicTest> snippet_isARegionOfATest() {
        var tests = new ArrayList<DynamicTest>();
        for (var document : Documents.all()) {
            for (String block : document.blocks("java")) {
                String name = document + ": " + block.lines().findFirst().orElse("");
                tests.add(DynamicTest.dynamicTest(
                        name,
                        () -> assertThat(regions.values())
                                .as(
                                        "the regions of the test sources, one of which must be this snippet of %s",
                                        document)
                                .contains(normal(block))));
            }
        }
        assertThat(tests).isNotEmpty();
        return tests.stream();
    }

    @Test
    void region_isShownOnce() {
        List<String> shown = Documents.all().stream()
                .flatMap(document -> document.blocks("java").stream())
                .map(SnippetsTest::normal)
                .toList();

        regions.forEach((name, text) -> assertThat(shown.stream().filter(text::equals))
                .as("the documents that show region " + name)
                .hasSize(1));
    }
}
