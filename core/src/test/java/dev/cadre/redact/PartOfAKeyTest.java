// SPDX-License-Identifier: Apache-2.0
package dev.cadre.redact;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A key of which a text has a part, and redactors that know what others know. */
class PartOfAKeyTest {
    private static final String KEY = "corp.Key/9f+Zx=77&qq%41";
    private static final Redactor REDACTOR = Redactor.of(KEY);

    @ParameterizedTest
    @CsvSource({
        "it was corp.Ke…, it was [redacted]…",
        "it was corp.Key/9f+Zx=77&qq%4…\", it was [redacted]…\"",
        "it was corp.Key\\/9f\\u002bZx…, it was [redacted]…",
        "it was corp.Key%2F9f%2B…, it was [redacted]…",
        "it was 636f72702e4b65…, it was [redacted]…",
        "it was Y29ycC5LZXkv…, it was [redacted]…"
    })
    void beginningOfAKey_whereATextWasCut_isMasked(String text, String clean) {
        assertThat(REDACTOR.mask(text)).isEqualTo(clean);
        assertThat(REDACTOR.mask(clean)).isEqualTo(clean);
    }

    @ParameterizedTest
    @ValueSource(strings = {"it was corp.…", "it was corp.Key/9f", "it was corp.Key/9f and more…", "orp.Key/9f…"})
    void otherPartOfAKey_isLeftAlone(String text) {
        assertThat(REDACTOR.mask(text)).isEqualTo(text);
    }

    /** Each place of the text may be the beginning of the key, and is not. */
    @Test
    @Timeout(60)
    void keyThatIsLikeItself_isLookedForInTimeLinearInTheText_whateverItsLength() {
        var redactor = Redactor.of("Ab1-".repeat(16_000) + "z");
        String text = "Ab1-".repeat(100_000);

        assertThat(redactor.clean(text)).doesNotContain("Ab1-Ab1-");
    }

    @Test
    void longKey_isMaskedAsAWhole_andSoIsItsBeginningWithWhatFollows() {
        var key = new StringBuilder();
        for (int i = 0; key.length() < 2_000; i++) {
            key.append("k").append(i * 7919 % 10_007);
        }
        var redactor = Redactor.of(key.toString());

        assertThat(redactor.mask("<" + key + ">")).isEqualTo("<[redacted]>");
        assertThat(redactor.mask("<" + key.substring(0, 700) + ">")).isEqualTo("<[redacted]>");
        assertThat(redactor.mask("<" + key.substring(0, 200) + ">")).contains(key.substring(0, 200));
    }

    @Test
    void masker_ofAnother_isAskedToo_andAnUnusableOneMasksAll() {
        assertThat(Redactor.SHAPES.with(REDACTOR::mask).mask("a " + KEY)).isEqualTo("a [redacted]");
        assertThat(Redactor.SHAPES.with(REDACTOR::mask).clean("a " + KEY)).isEqualTo("a [redacted]");
        assertThat(Redactor.SHAPES
                        .with(text -> {
                            throw new IllegalStateException(text);
                        })
                        .mask("a " + KEY))
                .isEqualTo("[redacted]");
        assertThat(Redactor.SHAPES.with(REDACTOR::mask).clean(new IllegalStateException(KEY)))
                .hasMessageContaining("[redacted]")
                .hasMessageNotContaining("corp");
    }
}
