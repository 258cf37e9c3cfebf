// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Recognises, by its first bytes, what is no form of input. */
final class ForeignForms {
    /** As many bytes are looked at for signs that no text has. */
    private static final int LOOKED_AT = 4_096;

    private static final int LEAST_OF_UTF_16 = 8;

    private static final Map<String, String> BEGINNINGS = beginnings();

    private ForeignForms() {}

    private static Map<String, String> beginnings() {
        var known = new LinkedHashMap<String, String>();
        known.put("%PDF-", "a PDF; give the text of it");
        known.put("PAR1", "Parquet; write it as JSON lines or CSV");
        known.put("ARROW1", "Arrow; write it as JSON lines or CSV");
        known.put("Obj\u0001", "Avro; write it as JSON lines or CSV");
        known.put("SQLite format 3\0", "an SQLite database; export a table as CSV");
        known.put("\u00d0\u00cf\u0011\u00e0", "an old Office document; save it as CSV");
        known.put("(\u00b5/\u00fd", "Zstandard; decompress it, or use gzip");
        known.put("BZh", "bzip2; decompress it, or use gzip");
        known.put("\u00fd7zXZ\0", "xz; decompress it, or use gzip");
        known.put("7z\u00bc\u00af", "a 7-Zip archive; unpack it");
        known.put("\u00ff\u00fe\0\0", "UTF-32; save it as UTF-8");
        known.put("\0\0\u00fe\u00ff", "UTF-32; save it as UTF-8");
        known.put("\u0089PNG", "a picture");
        known.put("\u00ff\u00d8\u00ff", "a picture");
        return known;
    }

    /** @throws UnreadableInputException says what it looks like */
    static void requireNone(byte[] head) throws UnreadableInputException {
        Optional<String> foreign = found(head);
        if (foreign.isPresent()) {
            throw new UnreadableInputException("looks like " + foreign.get());
        }
    }

    private static Optional<String> found(byte[] head) {
        String signs = new String(head, StandardCharsets.ISO_8859_1);
        if (signs.startsWith("PK\u0003\u0004")) {
            return Optional.of(
                    signs.contains("[Content_Types].xml") || signs.contains("xl/")
                            ? "an Excel workbook or another Office document; save it as CSV"
                            : "a ZIP archive; unpack it");
        }
        Optional<String> known = BEGINNINGS.entrySet().stream()
                .filter(each -> signs.startsWith(each.getKey()))
                .map(Map.Entry::getValue)
                .findFirst();
        if (known.isPresent()) {
            return known;
        }
        String start = signs.substring(0, Math.min(signs.length(), LOOKED_AT))
                .replaceFirst("^\u00ef\u00bb\u00bf", "")
                .stripLeading()
                .toLowerCase(Locale.ROOT);
        if (start.startsWith("<!doctype html") || start.startsWith("<html")) {
            return Optional.of("an HTML page");
        }
        return start.startsWith("<?xml") ? Optional.of("XML") : binary(head);
    }

    /** UTF-16 has a zero in every other byte of plain English, and nothing else that is text has any. */
    private static Optional<String> binary(byte[] head) {
        if (isGzip(head) || isUtf16(head)) {
            return Optional.empty();
        }
        int length = Math.min(head.length, LOOKED_AT);
        int[] zeros = new int[2];
        for (int i = 0; i < length; i++) {
            zeros[i % 2] += head[i] == 0 ? 1 : 0;
        }
        if (zeros[0] + zeros[1] == 0) {
            return Optional.empty();
        }
        boolean isEveryOther = Math.min(zeros[0], zeros[1]) == 0 && zeros[0] + zeros[1] > length / 4;
        return Optional.of(
                length >= LEAST_OF_UTF_16 && isEveryOther
                        ? "UTF-16 without a byte-order mark; save it with one, or as UTF-8"
                        : "binary data");
    }

    private static boolean isGzip(byte[] head) {
        return PlainText.begins(head, new byte[] {0x1f, (byte) 0x8b});
    }

    private static boolean isUtf16(byte[] head) {
        return PlainText.begins(head, new byte[] {(byte) 0xff, (byte) 0xfe})
                || PlainText.begins(head, new byte[] {(byte) 0xfe, (byte) 0xff});
    }
}
