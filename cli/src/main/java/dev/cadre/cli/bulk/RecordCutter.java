// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.Arrays;
import java.util.Optional;

/**
 * Cuts a table into records, which may span lines within quotes. A quote that is never closed costs the line that it stands
 * in: what was read in search of its end is read again. Takes linear time: once that has come to a few times the whole, it
 * is given up together with its line. For one thread.
 */
final class RecordCutter {
    private static final long FREE_AGAIN = 8L * InputLines.MAX_BYTES;
    private static final int MOST_AGAIN = 4;

    private final PushbackInputStream in;
    private final int separator;
    private final ByteArrayOutputStream record = new ByteArrayOutputStream();
    private long lines;
    private long done;
    private long again;
    private State state = State.BEFORE_FIELD;
    private int firstLine;

    private enum State {
        BEFORE_FIELD,
        PLAIN,
        QUOTED,
        BEHIND_QUOTE
    }

    /** What is wrong with a record. */
    enum Fault {
        NONE,
        TOO_LONG,
        UNCLOSED_QUOTE,
        TEXT_BEHIND_QUOTE
    }

    /**
     * A record without its end.
     *
     * @param line in which it begins, from 1
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over at once
    record Cut(byte[] bytes, long line, Fault fault) {}

    /** @param in UTF-8; the caller closes it */
    RecordCutter(InputStream in, char separator) {
        this.in = new PushbackInputStream(in, InputLines.MAX_BYTES + 2);
        this.separator = separator;
    }

    /** The next one, blank or not; empty at the end. */
    Optional<Cut> next() throws IOException {
        record.reset();
        firstLine = 0;
        state = State.BEFORE_FIELD;
        int read = in.read();
        if (read < 0) {
            return Optional.empty();
        }
        for (; read >= 0; read = in.read()) {
            boolean isLineEnd = read == '\n' || read == '\r';
            if (isLineEnd && state != State.QUOTED) {
                return Optional.of(whole(lineEnd(read)));
            }
            record.write(read);
            if (read == '\r' && isNext('\n')) {
                record.write(in.read());
            }
            if (isLineEnd && firstLine == 0) {
                firstLine = record.size();
            }
            state = after(read);
            if (state == State.BEHIND_QUOTE && isTextBehindQuote()) {
                return Optional.of(broken(Fault.TEXT_BEHIND_QUOTE));
            }
            if (record.size() > InputLines.MAX_BYTES) {
                return Optional.of(broken(Fault.TOO_LONG));
            }
        }
        return Optional.of(state == State.QUOTED ? broken(Fault.UNCLOSED_QUOTE) : whole(0));
    }

    private State after(int read) {
        return switch (state) {
            case BEFORE_FIELD, PLAIN ->
                read == separator
                        ? State.BEFORE_FIELD
                        : read == '"' && state == State.BEFORE_FIELD ? State.QUOTED : State.PLAIN;
            case QUOTED -> read == '"' ? State.BEHIND_QUOTE : State.QUOTED;
            case BEHIND_QUOTE -> read == separator ? State.BEFORE_FIELD : State.QUOTED; // a doubled quote
        };
    }

    private boolean isTextBehindQuote() throws IOException {
        int next = in.read();
        if (next < 0) {
            return false;
        }
        in.unread(next);
        return next != separator && next != '"' && next != '\n' && next != '\r';
    }

    private boolean isNext(int expected) throws IOException {
        int next = in.read();
        if (next >= 0) {
            in.unread(next);
        }
        return next == expected;
    }

    /** How long the end of a line is whose first byte was read. */
    private int lineEnd(int read) throws IOException {
        return read == '\r' && isNext('\n') ? 1 + Math.min(1, in.read()) : 1;
    }

    private Cut whole(int end) {
        byte[] bytes = record.toByteArray();
        return cut(bytes, bytes.length, Fault.NONE, lineEnds(bytes, bytes.length) + (end > 0 ? 1 : 0));
    }

    private Cut cut(byte[] bytes, int length, Fault fault, long passed) {
        long line = lines + 1;
        lines += passed;
        done += length;
        return new Cut(Arrays.copyOf(bytes, length), line, fault);
    }

    private Cut broken(Fault fault) throws IOException {
        byte[] bytes = record.toByteArray();
        if (firstLine == 0) {
            return cut(bytes, bytes.length, fault, skipLine());
        }
        int rest = bytes.length - firstLine;
        if (again + rest > FREE_AGAIN + MOST_AGAIN * done) {
            return cut(bytes, bytes.length, Fault.UNCLOSED_QUOTE, lineEnds(bytes, bytes.length) + skipLine());
        }
        again += rest;
        in.unread(bytes, firstLine, rest);
        int end = bytes[firstLine - 1] == '\n' && firstLine > 1 && bytes[firstLine - 2] == '\r' ? 2 : 1;
        return cut(bytes, firstLine - end, Fault.UNCLOSED_QUOTE, 1);
    }

    /** Passes over the rest of a line; returns how many ended. */
    private int skipLine() throws IOException {
        for (int read = in.read(); read >= 0; read = in.read()) {
            if (read == '\n' || read == '\r') {
                lineEnd(read);
                return 1;
            }
        }
        return 0;
    }

    private static long lineEnds(byte[] bytes, int length) {
        long count = 0;
        for (int i = 0; i < length; i++) {
            boolean isPair = bytes[i] == '\r' && i + 1 < length && bytes[i + 1] == '\n';
            count += bytes[i] == '\n' || (bytes[i] == '\r' && !isPair) ? 1 : 0;
        }
        return count;
    }
}
