// SPDX-License-Identifier: Apache-2.0
package dev.cadre.redact;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EncodedKeysTest {
    /** Of no key. */
    private static final String BODY = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDZx81Qw2rT9yUi";

    private static String armoured(String kind) {
        return "-----BEGIN %1$s-----\n%2$s\n%2$s\n%2$s\n%2$s\nAoIB\n-----END %1$s-----\n".formatted(kind, BODY);
    }

    private static String encoded(String text, int columns, String lineEnd) {
        return Base64.getMimeEncoder(columns, new byte[] {'\n'})
                .encodeToString(text.getBytes(StandardCharsets.ISO_8859_1))
                .replace("\n", lineEnd);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\n",
                "\r\n",
                "\n    ",
                "\n\t",
                "\\n",
                "\\\\n",
                "\\r\\n",
                "\\\n",
                "%0A",
                "%0d%0a",
                "&#10;",
                "&#xa;",
                "\\u000a",
                "\"\n    \"",
                "\\n\"\n  \"",
                "' +\n  '",
                "\",\n\"",
                "\n# ",
                "\n- ",
                "\n> ",
                "<br>\n",
                "<br />"
            })
    void key_whateverItsWidthAndLineEnds_isSure_andMaskedToItsEnd(String lineEnd) {
        for (int columns : new int[] {4, 20, 60, 64, 76, 100, 4_000}) {
            for (String kind : List.of("PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY", "OPENSSH PRIVATE KEY")) {
                String text = "key: " + encoded(armoured(kind), columns, lineEnd);

                assertThat(SecretShapes.occurIn(text)).as(text).isTrue();
                if (columns > 16) {
                    assertThat(Redactor.SHAPES.clean(text + "\nlast")).isEqualTo("key: [redacted]\nlast");
                }
            }
        }
    }

    /** A certificate comes first in most bundles; a blank line or a mark of the order of bytes may. */
    @Test
    void key_behindAnything_isSure_howeverItLiesInItsLines() {
        for (int before = 0; before < 200; before++) {
            String bundle = "x".repeat(before) + "\n" + armoured("CERTIFICATE") + armoured("PRIVATE KEY");

            assertThat(SecretShapes.occurIn(encoded(bundle, 76, "\n")))
                    .as("behind %d", before)
                    .isTrue();
            assertThat(SecretShapes.occurIn(encoded(bundle, 64, "\\n")))
                    .as("behind %d", before)
                    .isTrue();
            assertThat(SecretShapes.occurIn(encoded(bundle, 4_000, "")))
                    .as("behind %d", before)
                    .isTrue();
        }
    }

    @Test
    void key_thatIsCut_isMasked() {
        assertThat(Redactor.SHAPES.clean("first "
                        + encoded(armoured("RSA PRIVATE KEY"), 76, "\n").substring(0, 170)))
                .isEqualTo("first [redacted]");
    }

    @Test
    void text_withoutAPrivateKey_isNone() {
        String speaking =
                "This begins with -----BEGIN PRIVATE KEY----- and goes on with words, not with the lines of one";
        for (String text : List.of(armoured("CERTIFICATE"), armoured("PUBLIC KEY"), speaking, "-----BEGIN ")) {
            for (int columns : new int[] {64, 76, 4_000}) {
                assertThat(SecretShapes.occurIn("data: " + encoded(text, columns, "\n")))
                        .as(text)
                        .isFalse();
            }
        }
    }

    /** Each beginning is read on for a few hundred characters, and no further. */
    @Test
    @Timeout(20)
    void text_ofAMegabyteOfBeginnings_takesLinearTime() {
        for (String each : List.of("LS0tLS1CRUdJTi", "t" + " ".repeat(99), "L\\\\\\\\", "0tLS0tQkVHSU4g\n")) {
            String text = each.repeat((1 << 20) / each.length());

            assertThat(SecretShapes.occurIn(text)).isFalse();
            assertThat(Redactor.SHAPES.clean(text)).isEqualTo(text);
        }
    }
}
