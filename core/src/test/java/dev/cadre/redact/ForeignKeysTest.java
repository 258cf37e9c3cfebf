// SPDX-License-Identifier: Apache-2.0
package dev.cadre.redact;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ForeignKeysTest {
    /** Of no key. */
    private static final String BODY = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDZx81Qw2rT9yUi";

    private static final String PUTTY =
            "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: x\nPublic-Lines: 1\n" + BODY
                    + "\nPrivate-Lines: 1\n" + BODY + "\nPrivate-MAC: 0123456789abcdef";
    private static final String SSH2 = "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nComment: \"x\"\n" + BODY
            + "\n---- END SSH2 ENCRYPTED PRIVATE KEY ----";
    private static final String XML =
            "<RSAKeyValue><Modulus>" + BODY + "</Modulus><Exponent>AQAB</Exponent><D>" + BODY + "</D></RSAKeyValue>";
    private static final String WIRE_GUARD = "PrivateKey = " + BODY.substring(0, 43) + "=";

    @Test
    void key_inTheFormOfATool_isSure_andMaskedToItsEnd() {
        for (String key : List.of(PUTTY, SSH2, XML, WIRE_GUARD, inBase64("RSA PRIVATE KEY"), inBase64("PRIVATE KEY"))) {
            assertThat(SecretShapes.occurIn("first\n" + key + "\nlast")).as(key).isTrue();
            assertThat(Redactor.SHAPES.clean("first\n" + key + "\nlast")).isEqualTo("first\n[redacted]\nlast");
        }
    }

    @Test
    void key_inJson_isSure_andEachPrivateMemberIsMasked() {
        for (String quote : List.of("\"", "\\\"")) {
            String key = "{\"kty\":\"RSA\",\"e\":\"AQAB\",\"d\" : \"BODY\",\"p\":\"BODY\",\"qi\":\"BODY\"}"
                    .replace("BODY", BODY)
                    .replace("\"", quote);

            assertThat(SecretShapes.occurIn(key)).isTrue();
            assertThat(Redactor.SHAPES.clean(key)).contains("kty", "AQAB").doesNotContain(BODY);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\n\t\"kty\":\t\"EC\",\n\t\"d\":\t\"BODY\"}",
                "{\"kty\" : \"EC\", \"d\" :\r\n  \"BODY\"}",
                "PrivateKey\t=\tWIRE",
                "privatekey = WIRE",
                "PRESHAREDKEY=WIRE",
                "PrivateKey: WIRE",
                "{\"PrivateKey\": \"WIRE\"}",
                "private_key=\"none\" PrivateKey='WIRE'",
                "<RSAParameters><Modulus>BODY</Modulus><D>BODY</D></RSAParameters>"
            })
    void key_withTheWhiteSpaceAndCaseThatItsFormAllows_isSure(String key) {
        String text = key.replace("BODY", BODY).replace("WIRE", BODY.substring(0, 43) + "=");

        assertThat(SecretShapes.occurIn(text)).isTrue();
        assertThat(Redactor.SHAPES.clean(text)).contains("[redacted]");
    }

    @Test
    void key_thatIsCutInItsBody_isMasked() {
        for (String key : List.of(PUTTY, SSH2, XML)) {
            assertThat(Redactor.SHAPES.clean("first " + key.substring(0, key.lastIndexOf(BODY) + 40)))
                    .isEqualTo("first [redacted]");
        }
        assertThat(Redactor.SHAPES.clean("first " + inBase64("RSA PRIVATE KEY").substring(0, 150)))
                .isEqualTo("first [redacted]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "if (line.startsWith(\"PuTTY-User-Key-File-2\")) read(\"Private-Lines:\", \"Private-MAC:\");",
                "---- BEGIN SSH2 PUBLIC KEY ----\n" + BODY + "\n---- END SSH2 PUBLIC KEY ----",
                "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ---- begins a key",
                "<RSAKeyValue><Modulus>" + BODY + "</Modulus><Exponent>AQAB</Exponent></RSAKeyValue>",
                "{\"kty\":\"RSA\",\"n\":\"" + BODY + "\",\"e\":\"AQAB\"}",
                "{\"name\":\"path\",\"d\":\"" + BODY + "\"}",
                "{\"kty\":\"EC\",\"d\":\"the private part\"}",
                "PrivateKey = loadTheKeyOfThisMachineFromItsStore",
                "PrivateKey privateKey = KeyFactory.getInstance(name).generatePrivate(spec);"
            })
    void text_thatSpeaksOfKeys_orHasAPublicOne_isNone(String text) {
        assertThat(SecretShapes.occurIn(text)).isFalse();
        assertThat(Redactor.SHAPES.clean(text)).isEqualTo(text);
    }

    @Test
    void certificate_inBase64_isNone() {
        assertThat(SecretShapes.occurIn("certificate-authority-data: " + inBase64("CERTIFICATE")))
                .isFalse();
    }

    private static String inBase64(String kind) {
        String armoured = "-----BEGIN %1$s-----\n%2$s\n%2$s\n-----END %1$s-----\n".formatted(kind, BODY);
        return Base64.getEncoder().encodeToString(armoured.getBytes(StandardCharsets.ISO_8859_1));
    }
}
