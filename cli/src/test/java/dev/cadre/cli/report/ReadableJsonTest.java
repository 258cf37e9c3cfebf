// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadableJsonTest {
    private static String shown(String json) {
        var page = new Page();
        page.element("div", () -> ReadableJson.write(page, json));
        String text = page.finish();
        return text.substring(text.indexOf("<div>")).strip();
    }

    @Test
    void answer_isShownForPeople() {
        assertThat(shown("{\"headline\":\"Cats & <b>\",\"points\":[\"one\",2,true],\"none\":[]}"))
                .isEqualTo("<div><dl><dt>headline</dt><dd><p>Cats &amp; &lt;b&gt;</p></dd><dt>points</dt><dd><ul>"
                        + "<li><p>one</p></li><li><p>2</p></li><li><p>true</p></li></ul></dd>"
                        + "<dt>none</dt><dd><p>[]</p></dd></dl></div>");
    }

    @Test
    void textThatIsNoJson_isAParagraph() {
        assertThat(shown("half an {\"answer")).isEqualTo("<div><p>half an {\"answer</p></div>");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"long text\"", "[]", "{}", "\"\"", "{\"a\":[1]}"})
    void answerWithoutEnd_isCut(String item) {
        String json = "[" + (item + ",").repeat(100_000) + item + "]";

        assertThat(shown(json)).hasSizeLessThan(600_000);
        assertThat(shown("\"" + "x".repeat(100_000) + "\""))
                .hasSizeLessThan(20_100)
                .contains("…");
    }

    @Test
    void answerNestedDeeply_isCompactFromALevelOn() {
        String json = "[".repeat(40) + "]".repeat(40);

        assertThat(shown(json)).contains("<p>" + "[".repeat(32) + "]".repeat(32) + "</p>");
    }
}
