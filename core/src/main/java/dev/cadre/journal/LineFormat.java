// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * One line of the file: {@code {"crc":"9f0c21ab","v":1,"n":17,"at":1795219200000,"kind":"intent",…}}.
 *
 * <p>A JSON object, so that grep and jq read it, whose checksum has a fixed place and covers every byte behind it as it
 * stands. CRC32C finds accidents, not forgery: what it lets through is still read as text from outside.
 */
final class LineFormat {
    static final int VERSION = 1;

    /** The longest line, its end included; no longer text would be read as JSON. */
    static final int MAX_BYTES = Json.MAX_CHARS;

    private static final int MAX_PLACE_BYTES = 128;
    private static final String HEADER_KIND = "journal";
    private static final byte[] OPENING = "{\"crc\":\"".getBytes(US_ASCII);
    private static final byte[] CLOSING = "\",".getBytes(US_ASCII);
    private static final int CRC_DIGITS = 2 * Integer.BYTES;
    private static final int COVERED_FROM = OPENING.length + CRC_DIGITS + CLOSING.length;

    /** The first line of every file: always the same bytes, so that a torn one is told from another kind of file. */
    private static final byte[] HEADER =
            framed("\"v\":%d,\"n\":0,".formatted(VERSION), tail("\"kind\":\"" + HEADER_KIND + "\"}"));

    private LineFormat() {}

    static byte[] header() {
        return HEADER.clone();
    }

    /** Whether this is a header that was not written to its end. */
    static boolean isTornHeader(byte[] line) {
        return line.length < HEADER.length && Arrays.equals(line, 0, line.length, HEADER, 0, line.length);
    }

    /** Throws {@link IllegalArgumentException} if this is another line. */
    static Json.Obj requireHeader(Json.Obj line) {
        if (!line.string("kind").equals(HEADER_KIND)) {
            throw new IllegalArgumentException("this is not the header of a journal");
        }
        return line;
    }

    /**
     * The part of a line that does not depend on its place.
     *
     * @throws IllegalArgumentException if some text of the entry is not JSON, or the line would be too long
     */
    static byte[] content(JournalEntry entry) {
        try {
            var json = EntryJson.write(entry).write();
            if (!EntryJson.isFlat(entry)) {
                // what is written must be readable: deep nesting, long numbers and long lists can make it otherwise
                EntryJson.read(Json.obj().with("entry", Json.parse(json)).object("entry"));
            }
            // without the opening brace
            var content = tail(json.substring(1));
            if (content.length > MAX_BYTES - MAX_PLACE_BYTES) {
                throw new IllegalArgumentException("%d bytes are too many".formatted(content.length));
            }
            return content;
        } catch (JsonException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "an entry of run '%s' cannot be journaled: %s".formatted(entry.run(), e.getMessage()), e);
        }
    }

    static byte[] line(long number, Instant at, byte[] content) {
        return framed("\"v\":%d,\"n\":%d,\"at\":%d,".formatted(VERSION, number, at.toEpochMilli()), content);
    }

    /** Whether the line is complete and its checksum right. */
    static boolean isIntact(byte[] line) {
        return line.length > COVERED_FROM
                && line[line.length - 1] == '\n'
                // compared as bytes: parsed digits would also match in upper case
                && Arrays.equals(line, 0, COVERED_FROM, frame(line), 0, COVERED_FROM);
    }

    /** The object of an intact line. */
    static Json.Obj parse(byte[] line) {
        return Json.obj().with("line", Json.parse(new String(line, UTF_8))).object("line");
    }

    static int version(Json.Obj line) {
        return line.intValue("v");
    }

    static long number(Json.Obj line) {
        return line.longValue("n");
    }

    static JournalEntry entry(Json.Obj line) {
        return EntryJson.read(line);
    }

    static Instant at(Json.Obj line) {
        return Instant.ofEpochMilli(line.longValue("at"));
    }

    static byte[] tail(String json) {
        return (json + "\n").getBytes(UTF_8);
    }

    static byte[] framed(String place, byte[] content) {
        var placeBytes = place.getBytes(US_ASCII);
        var line = ByteBuffer.allocate(COVERED_FROM + placeBytes.length + content.length)
                .position(COVERED_FROM)
                .put(placeBytes)
                .put(content)
                .array();
        System.arraycopy(frame(line), 0, line, 0, COVERED_FROM);
        return line;
    }

    /** How a line with these covered bytes begins. */
    private static byte[] frame(byte[] line) {
        var crc = new CRC32C();
        crc.update(line, COVERED_FROM, line.length - COVERED_FROM);
        var digits = HexFormat.of().toHexDigits((int) crc.getValue()).getBytes(US_ASCII);
        return ByteBuffer.allocate(COVERED_FROM)
                .put(OPENING)
                .put(digits)
                .put(CLOSING)
                .array();
    }
}
