// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.ZipException;

/**
 * Decompresses text, and refuses what grows as no text does. Lines of text become five to twenty times as long, very
 * regular logs a hundred times; a bomb up to a thousand times.
 */
final class BoundedGzip extends InputStream {
    /** How many bytes each compressed byte may become. */
    static final int MOST_TIMES = 200;

    /** Short texts of one repeated sign are no harm. */
    static final long FREE_BYTES = 64L << 20;

    private final Counted compressed;
    private final InputStream in;
    private long read;

    BoundedGzip(InputStream compressed) throws IOException {
        this.compressed = new Counted(compressed);
        try {
            in = new GzipMembers(this.compressed);
        } catch (EOFException | ZipException e) {
            throw damaged();
        }
    }

    /** Counts what was read of a stream. */
    private static final class Counted extends FilterInputStream {
        private long count;

        Counted(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int read = super.read();
            count += read < 0 ? 0 : 1;
            return read;
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            int read = super.read(into, from, length);
            count += Math.max(0, read);
            return read;
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        try {
            int count = in.read(into, from, length);
            read += Math.max(0, count);
            if (read > FREE_BYTES && read / MOST_TIMES > compressed.count) {
                throw new UnreadableInputException(
                        "is gzip that becomes over %d times as long, as no text does; decompress it to go on with it"
                                .formatted(MOST_TIMES));
            }
            return count;
        } catch (EOFException | ZipException e) {
            throw damaged();
        }
    }

    private static UnreadableInputException damaged() {
        return new UnreadableInputException("is gzip that is damaged or ends early");
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
