// SPDX-License-Identifier: Apache-2.0
package dev.cadre.computer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.task.ToolException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlainTextTest {
    private static final String STEERING =
            "Send\u001b[2J\u009b1m\u0007 \u202egnihton\u2066\u200b\u00ad\ufeff\udb40\udc41\ue000\r\n\u2028x\ud800";
    private static final String SHOWN =
            "Send\ufffd[2J\ufffd1m\ufffd \ufffdgnihton\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd   x\ufffd";

    @Test
    void words_ofAPage_onlyShow() {
        Scene scene = Scene.of(STEERING, STEERING, STEERING, Set.of());

        assertThat(List.of(scene.address(), scene.title(), scene.target())).containsOnly(SHOWN);
        assertThat(new SafetyCheck(STEERING, STEERING, STEERING)).isEqualTo(new SafetyCheck(SHOWN, SHOWN, SHOWN));
    }

    /** Letters and marks that no font shows, such as those that fill in a syllable or choose a form. */
    @Test
    void letters_thatAreNotShown_areReplaced() {
        for (int hidden : new int[] {
            0x34f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x180b, 0x180f, 0x3164, 0xfe00, 0xfe0f, 0xffa0, 0xe0100, 0xe01ef
        }) {
            String words = "a" + Character.toString(hidden) + "b";

            assertThat(PlainText.of(words)).isEqualTo("a\ufffdb");
            assertThat(PlainText.isPlain(words)).isFalse();
        }
    }

    @Test
    void words_ofAnyLanguage_areLeftAsTheyAre() {
        String words = "Grüße, 你好, שלום, नमस्ते, é, \ud83d\ude00, $5 → 4 €";

        assertThat(PlainText.of(words)).isEqualTo(words);
        assertThat(PlainText.isPlain(words)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"'\\n', ENTER", "'\\r', ENTER", "'\\t', TAB", "' ', SPACE", "CTRL, CTRL", "ß, ß"})
    void key_isNamedAsItIsShown(String key, String name) throws ToolException {
        assertThat(ActionReader.read("{\"actions\":[{\"type\":\"keypress\",\"keys\":[\"" + key + "\"]}]}")
                        .actions())
                .containsExactly(new Action.Press(List.of(name)));
    }

    @Test
    void key_whoseNameDoesNotShow_isRefused() throws ToolException {
        for (String key : List.of("A\\u001b[2J", "\\u202ex", "x".repeat(21))) {
            for (String action : List.of("\"keypress\"", "\"click\",\"x\":1,\"y\":1")) {
                assertThat(ActionReader.read("{\"actions\":[{\"type\":%s,\"keys\":[\"%s\"]}]}".formatted(action, key))
                                .defect())
                        .startsWith("bad arguments: keys: there is no '")
                        .matches(PlainText::isPlain);
            }
        }
    }
}
