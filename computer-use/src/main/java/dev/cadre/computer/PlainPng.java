// SPDX-License-Identifier: Apache-2.0
package dev.cadre.computer;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** A picture of one shade of grey. */
final class PlainPng {
    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    private static final byte[] EIGHT_BIT_GREY = {8, 0, 0, 0, 0};
    private static final int CHUNK_OVERHEAD = 12;

    private PlainPng() {}

    static byte[] of(int width, int height, int shade) {
        var file = new ByteArrayOutputStream();
        file.writeBytes(SIGNATURE);
        file.writeBytes(chunk(
                "IHDR",
                ByteBuffer.allocate(2 * Integer.BYTES + EIGHT_BIT_GREY.length)
                        .putInt(width)
                        .putInt(height)
                        .put(EIGHT_BIT_GREY)
                        .array()));
        file.writeBytes(chunk("IDAT", deflated(rows(width, height, (byte) shade))));
        file.writeBytes(chunk("IEND", new byte[0]));
        return file.toByteArray();
    }

    /** Each row begins with the number of its filter, which is none. */
    private static byte[] rows(int width, int height, byte shade) {
        var rows = new byte[height * (width + 1)];
        Arrays.fill(rows, shade);
        for (int row = 0; row < height; row++) {
            rows[row * (width + 1)] = 0;
        }
        return rows;
    }

    private static byte[] deflated(byte[] bytes) {
        var deflater = new Deflater();
        try {
            deflater.setInput(bytes);
            deflater.finish();
            var room = new byte[bytes.length + 64];
            return Arrays.copyOf(room, deflater.deflate(room));
        } finally {
            deflater.end();
        }
    }

    private static byte[] chunk(String type, byte[] data) {
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        var checksum = new CRC32();
        checksum.update(name);
        checksum.update(data);
        return ByteBuffer.allocate(data.length + CHUNK_OVERHEAD)
                .putInt(data.length)
                .put(name)
                .put(data)
                .putInt((int) checksum.getValue())
                .array();
    }
}
