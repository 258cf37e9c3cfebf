// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

import java.io.BufferedInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/** The text of a file as UTF-8 without a byte-order mark, whether it is UTF-8 or UTF-16, compressed or not. */
final class PlainText {
    /** As much of a file tells what it is. */
    static final int HEAD_BYTES = 1 << 16;

    private static final byte[] GZIP = {0x1f, (byte) 0x8b};
    private static final byte[] UTF_8_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};
    private static final byte[] UTF_16LE_MARK = {(byte) 0xff, (byte) 0xfe};
    private static final byte[] UTF_16BE_MARK = {(byte) 0xfe, (byte) 0xff};

    private PlainText() {}

    /** Opens a file of UTF-8; its mark is passed over. */
    static InputStream utf8(Path file) throws IOException {
        return marked(buffered(new FileInputStream(file.toFile())));
    }

    /**
     * Opens a file whose form is not known; it can be {@linkplain #head looked at}.
     *
     * @throws UnreadableInputException if it is something else than text
     */
    static BufferedInputStream open(Path file) throws IOException {
        BufferedInputStream in = buffered(new FileInputStream(file.toFile()));
        try {
            if (begins(required(in), GZIP)) {
                in = buffered(new BoundedGzip(in));
                if (begins(required(in), GZIP)) {
                    throw new UnreadableInputException("is gzip within gzip; decompress it once");
                }
            }
            return decoded(in);
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    /** The first bytes, which stay to be read. */
    static byte[] head(BufferedInputStream in) throws IOException {
        in.mark(HEAD_BYTES);
        byte[] head = in.readNBytes(HEAD_BYTES);
        in.reset();
        return head;
    }

    private static byte[] required(BufferedInputStream in) throws IOException {
        byte[] head = head(in);
        if (head.length == 0) {
            throw new UnreadableInputException("is empty");
        }
        ForeignForms.requireNone(head);
        return head;
    }

    private static BufferedInputStream decoded(BufferedInputStream in) throws IOException {
        byte[] head = head(in);
        if (begins(head, UTF_16LE_MARK)) {
            return utf16(in, StandardCharsets.UTF_16LE);
        }
        return begins(head, UTF_16BE_MARK) ? utf16(in, StandardCharsets.UTF_16BE) : marked(in);
    }

    private static BufferedInputStream utf16(BufferedInputStream in, Charset charset) throws IOException {
        in.skipNBytes(UTF_16LE_MARK.length);
        return buffered(new Utf16Stream(in, charset));
    }

    private static BufferedInputStream marked(BufferedInputStream in) throws IOException {
        in.mark(UTF_8_MARK.length);
        if (!Arrays.equals(in.readNBytes(UTF_8_MARK.length), UTF_8_MARK)) {
            in.reset();
        }
        return in;
    }

    static boolean begins(byte[] bytes, byte[] beginning) {
        return bytes.length >= beginning.length
                && Arrays.equals(bytes, 0, beginning.length, beginning, 0, beginning.length);
    }

    private static BufferedInputStream buffered(InputStream in) {
        return new BufferedInputStream(in, HEAD_BYTES);
    }
}
