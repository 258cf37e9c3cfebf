// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * Reads the elements of an array, one after the other. An element ends at a comma or bracket that is outside of its own
 * brackets and strings, and is a document of its own, so that a bad one costs no other. For one thread.
 */
final class JsonArrayReader implements ItemReader {
    private final InputStream in;
    private boolean isEnded;
    private int depth;
    private boolean isString;
    private boolean isEscaped;

    /** @param in UTF-8; its first sign that is not blank is a bracket, which is passed over */
    JsonArrayReader(InputStream in) throws IOException {
        this.in = in;
        readSign();
    }

    @Override
    public Optional<InputLine> read(long index) throws IOException {
        if (isEnded) {
            return Optional.empty();
        }
        Spot spot = Spot.item(index);
        var element = new ByteArrayOutputStream();
        int end = readElement(element);
        byte[] bytes = element.toByteArray();
        isEnded = end != ',';
        if (end < 0) {
            return Optional.of(spot.malformed("the array ends in it", bytes));
        }
        if (end == '}') {
            return Optional.of(
                    spot.malformed("a bracket in it closes more than was opened; what follows is not read", bytes));
        }
        if (end == ']') {
            int behind = readSign();
            if (behind >= 0) {
                return Optional.of(spot.malformed("there is text behind the end of the array", bytes));
            }
            if (index == 0 && isBlank(bytes)) {
                return Optional.empty();
            }
        }
        return Optional.of(bytes.length > InputLines.MAX_BYTES ? spot.tooLong(bytes) : spot.json(bytes));
    }

    /** Returns what ended it: a comma, a bracket of either kind, or a negative number at the end of the file. */
    private int readElement(ByteArrayOutputStream element) throws IOException {
        depth = 0;
        isString = false;
        isEscaped = false;
        for (int read = in.read(); ; read = in.read()) {
            if (read < 0 || isEnd(read)) {
                return read;
            }
            if (element.size() <= InputLines.MAX_BYTES) {
                element.write(read);
            }
        }
    }

    private boolean isEnd(int read) {
        if (isString) {
            isString = isEscaped || read != '"';
            isEscaped = !isEscaped && read == '\\';
            return false;
        }
        switch (read) {
            case '"' -> isString = true;
            case '[', '{' -> depth++;
            case ']', '}' -> depth--;
            default -> {}
        }
        return depth < 0 || (depth == 0 && read == ',');
    }

    /** The next one that is not blank, or a negative number. */
    private int readSign() throws IOException {
        int read = in.read();
        while (isBlank(read)) {
            read = in.read();
        }
        return read;
    }

    private static boolean isBlank(int read) {
        return read == ' ' || read == '\t' || read == '\r' || read == '\n';
    }

    private static boolean isBlank(byte[] bytes) {
        for (byte each : bytes) {
            if (!isBlank(each)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
