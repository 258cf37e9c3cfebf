// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import org.junit.jupiter.api.Test;

class FileTextTest {
    private static byte[] marked(String text, Charset charset) {
        return ("\uFEFF" + text).getBytes(charset);
    }

    @Test
    void byteOrderMark_saysTheEncoding_andIsNoText() {
        assertThat(FileText.of(marked("caf\u00e9\n", UTF_8))).contains("caf\u00e9\n");
        assertThat(FileText.of(marked("caf\u00e9\r\n\uD83D\uDE00", UTF_16LE))).contains("caf\u00e9\r\n\uD83D\uDE00");
        assertThat(FileText.of(marked("caf\u00e9\n", UTF_16BE))).contains("caf\u00e9\n");
        assertThat(FileText.of(marked("", UTF_16BE))).contains("");
    }

    @Test
    void withoutAMark_itIsUtf8_orElseLatin1() {
        assertThat(FileText.of("caf\u00e9".getBytes(UTF_8))).contains("caf\u00e9");
        assertThat(FileText.of("caf\u00e9".getBytes(ISO_8859_1))).contains("caf\u00e9");
    }

    @Test
    void nul_isBinary_alsoBehindAMarkOfUtf16() {
        assertThat(FileText.of(new byte[] {'a', 0, 'b'})).isEmpty();
        assertThat(FileText.of("caf\u00e9".getBytes(UTF_16LE))).as("no mark").isEmpty();
        assertThat(FileText.of(marked("a\0b", UTF_16LE))).isEmpty();
        assertThat(FileText.of(new byte[] {(byte) 0xFF, (byte) 0xFE, 'a'}))
                .as("half a character")
                .isEmpty();
        assertThat(FileText.of(new byte[] {(byte) 0xFF, (byte) 0xFE, 0x3D, (byte) 0xD8}))
                .as("half a pair")
                .isEmpty();
    }

    @Test
    void carriageReturnsAlone_endLines() {
        assertThat(FileText.of("a\rb\r".getBytes(UTF_8))).contains("a\nb\n");
        assertThat(FileText.of("a\rb\n".getBytes(UTF_8)))
                .as("a file of line feeds")
                .contains("a\rb\n");
    }
}
