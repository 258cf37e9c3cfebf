// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Reads the bytes of a file as text. */
final class FileText {
    private static final int BINARY_PROBE_BYTES = 8192;

    private FileText() {}

    /**
     * Returns the text: by its byte-order mark, which is left out, else as UTF-8, else as Latin-1. Nothing if there is a NUL
     * in the first 8 KB, or anywhere behind the mark of UTF-16. Lines that end with a carriage return alone get a line feed.
     */
    static Optional<String> of(byte[] bytes) {
        if (startsWith(bytes, 0xFE, 0xFF)) {
            return ofUtf16(bytes, StandardCharsets.UTF_16BE);
        }
        if (startsWith(bytes, 0xFF, 0xFE)) {
            return ofUtf16(bytes, StandardCharsets.UTF_16LE);
        }
        if (isBinary(bytes)) {
            return Optional.empty();
        }
        int from = startsWith(bytes, 0xEF, 0xBB, 0xBF) ? 3 : 0;
        String text = strictly(bytes, from, StandardCharsets.UTF_8)
                .orElseGet(() -> new String(bytes, from, bytes.length - from, StandardCharsets.ISO_8859_1));
        return Optional.of(withLineFeeds(text));
    }

    private static Optional<String> ofUtf16(byte[] bytes, Charset charset) {
        return strictly(bytes, 2, charset)
                .filter(text -> text.indexOf('\0') < 0)
                .map(FileText::withLineFeeds);
    }

    private static Optional<String> strictly(byte[] bytes, int from, Charset charset) {
        try {
            ByteBuffer rest = ByteBuffer.wrap(bytes, from, bytes.length - from);
            return Optional.of(charset.newDecoder().decode(rest).toString());
        } catch (CharacterCodingException malformed) {
            return Optional.empty();
        }
    }

    private static String withLineFeeds(String text) {
        return text.indexOf('\r') >= 0 && text.indexOf('\n') < 0 ? text.replace('\r', '\n') : text;
    }

    private static boolean startsWith(byte[] bytes, int... mark) {
        for (int i = 0; i < mark.length; i++) {
            if (i >= bytes.length || (bytes[i] & 0xFF) != mark[i]) {
                return false;
            }
        }
        return true;
    }

    private static boolean isBinary(byte[] bytes) {
        int probe = Math.min(bytes.length, BINARY_PROBE_BYTES);
        for (int i = 0; i < probe; i++) {
            if (bytes[i] == 0) {
                return true;
            }
        }
        return false;
    }
}
