// SPDX-License-Identifier: Apache-2.0
package dev.cadre.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonSpanTest {
    private static final Set<String> NAMES = Set.of("a");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{\"a\":1} | WHOLE {\"a\":1}",
                "no {\"a\":[{\"a\":2}]}, {\"a\":\"} {\"} | WHOLE {\"a\":[{\"a\":2}]} WHOLE {\"a\":\"} {\"}",
                "see [1] and {\"b\":1} | WHOLE [1] WHOLE {\"b\":1}",
                "{cats} [dogs] {{\"a\":1}} | WHOLE {\"a\":1}",
                "{\"a\":oops} then {\"a\":1} | BROKEN { WHOLE {\"a\":1}",
                "{\"b\":oops} then {\"a\":1} | WHOLE {\"a\":1}",
                "[{\"b\":oops}, {\"a\":1}] | WHOLE {\"a\":1}",
                "[\"{\",{\"a\":1}] | WHOLE [\"{\",{\"a\":1}]",
                "{\"a\":1} {\"a\":\"b | WHOLE {\"a\":1} CUT {\"a\":\"b",
                "{\"a\":1} { | WHOLE {\"a\":1} CUT {",
                "{\"a\":1} [ | WHOLE {\"a\":1}",
                "none | ''"
            })
    void values_ofAText_areThoseOutsideOfEachOther(String text, String expected) {
        String found = String.join(
                " ",
                JsonSpan.in(text, NAMES).stream()
                        .map(span -> span.ending() + " " + text.substring(span.from(), span.to()))
                        .toList());

        assertThat(found).isEqualTo(expected.replace("''", ""));
    }

    @Test
    void object_withOneOfTheNames_isNamed() {
        assertThat(JsonSpan.in("{\"b\":{\"a\":1}} {\"b\":1,\"a\":2} [\"a\"]", NAMES))
                .extracting(JsonSpan::isNamed)
                .containsExactly(false, true, false);
        assertThat(JsonSpan.in("{} []", Set.of())).extracting(JsonSpan::isNamed).containsExactly(true, false);
    }

    /** Each would take hours if every brace were read to the end of the text. */
    @Test
    void longText_ofBraces_isReadOnce() {
        for (String part : List.of("{", "{\"a\":", "{\"", "[", "[{\"a\":", "{\"a\":\"", "{ ", "{\"a\":1}", "[1,")) {
            assertThat(JsonSpan.in(part.repeat(1_000_000 / part.length()), NAMES))
                    .hasSizeLessThan(500_000);
        }
    }
}
