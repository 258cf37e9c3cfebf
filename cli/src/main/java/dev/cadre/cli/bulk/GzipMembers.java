// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import java.util.zip.ZipException;

/**
 * Text from members of gzip (RFC 1952) one behind the other, with no stack for each. Behind the last one only the end of the
 * file may come, or zeros with which an archive fills it up. The class of the JDK takes anything that is no header for the
 * end, and so drops what stands behind it; so it does with a short member of a stream that has no bytes at the moment.
 */
final class GzipMembers extends InputStream {
    private static final int MAGIC = 0x8b1f;
    private static final int HAS_CRC = 2;
    private static final int HAS_MORE = 4;
    private static final int HAS_NAME = 8;
    private static final int HAS_COMMENT = 16;
    private static final int UNKNOWN_FLAGS = 0xe0;
    private static final int BYTES_OF_TIME_AND_SYSTEM = 6;

    private final InputStream in;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 crc = new CRC32();
    private final byte[] buffer = new byte[PlainText.HEAD_BYTES];
    private int next;
    private int end;
    private boolean isInMember;

    /**
     * @throws EOFException if the first header ends early
     * @throws ZipException if it is none
     */
    GzipMembers(InputStream in) throws IOException {
        this.in = in;
        readHeader();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (isInMember || hasNext()) {
            int count = inflated(into, from, length);
            if (count > 0) {
                crc.update(into, from, count);
                return count;
            }
            if (inflater.finished()) {
                readTrailer();
            } else if (inflater.needsInput()) {
                requireMore();
                inflater.setInput(buffer, next, end - next);
                next = end;
            } else {
                throw new ZipException("a dictionary is missing");
            }
        }
        return -1;
    }

    private int inflated(byte[] into, int from, int length) throws ZipException {
        try {
            return inflater.inflate(into, from, length);
        } catch (DataFormatException e) {
            throw new ZipException(e.getMessage());
        }
    }

    /** Goes to the next member, if there is one. */
    private boolean hasNext() throws IOException {
        boolean isPadded = false;
        while (hasMore()) {
            if (buffer[next] != 0) {
                if (isPadded) {
                    throw new ZipException("something stands behind the end");
                }
                readHeader();
                return true;
            }
            isPadded = true;
            next++;
        }
        return false;
    }

    private void readHeader() throws IOException {
        crc.reset();
        if (number(2) != MAGIC || one() != Deflater.DEFLATED) {
            throw new ZipException("no header of gzip");
        }
        int flags = one();
        if ((flags & UNKNOWN_FLAGS) != 0) {
            throw new ZipException("unknown flags");
        }
        skip(BYTES_OF_TIME_AND_SYSTEM);
        if ((flags & HAS_MORE) != 0) {
            skip((int) number(2));
        }
        for (int text : new int[] {HAS_NAME, HAS_COMMENT}) {
            while ((flags & text) != 0 && one() != 0) {}
        }
        if ((flags & HAS_CRC) != 0) {
            long is = crc.getValue() & 0xffff;
            requireSame(number(2), is);
        }
        crc.reset();
        inflater.reset();
        isInMember = true;
    }

    private void readTrailer() throws IOException {
        next = end - inflater.getRemaining();
        long sum = crc.getValue();
        requireSame(number(4), sum);
        requireSame(number(4), inflater.getBytesWritten() & 0xffffffffL);
        isInMember = false;
    }

    private static void requireSame(long said, long is) throws ZipException {
        if (said != is) {
            throw new ZipException("another checksum or length");
        }
    }

    private void skip(int bytes) throws IOException {
        for (int i = 0; i < bytes; i++) {
            int unused = one();
        }
    }

    /** A number whose lowest byte comes first. */
    private long number(int bytes) throws IOException {
        long number = 0;
        for (int i = 0; i < bytes; i++) {
            number |= (long) one() << (i * Byte.SIZE);
        }
        return number;
    }

    private int one() throws IOException {
        requireMore();
        int one = buffer[next++] & 0xff;
        crc.update(one);
        return one;
    }

    private void requireMore() throws IOException {
        if (!hasMore()) {
            throw new EOFException();
        }
    }

    private boolean hasMore() throws IOException {
        if (next == end) {
            next = 0;
            end = Math.max(0, in.read(buffer, 0, buffer.length));
        }
        return next < end;
    }

    @Override
    public void close() throws IOException {
        inflater.end();
        in.close();
    }
}
