// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads a file of JSON lines one after the other, and says of a bad one what is bad. For one thread. */
public final class InputLines implements Iterator<InputLine>, AutoCloseable {
    /** The longest line that is read, in bytes. */
    static final int MAX_BYTES = 1_000_000;

    private static final int BUFFER_BYTES = 1 << 16;
    private static final int MAX_ID_CHARS = 200;
    private static final String BYTE_ORDER_MARK = "\ufeff";

    private final InputStream in;
    private long lines;
    private long items;
    private @Nullable InputLine next;

    private InputLines(InputStream in) {
        this.in = in;
    }

    /** Opens a file; the caller closes it. */
    public static InputLines open(Path file) throws IOException {
        return new InputLines(new BufferedInputStream(new FileInputStream(file.toFile()), BUFFER_BYTES));
    }

    /** Reads on; throws {@link UncheckedIOException} if that is not possible. */
    @Override
    public boolean hasNext() {
        try {
            while (next == null) {
                Optional<byte[]> line = readLine();
                if (line.isEmpty()) {
                    return false;
                }
                lines++;
                if (!isBlank(line.get())) {
                    next = parsed(line.get(), items++);
                }
            }
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public InputLine next() {
        if (!hasNext() || next == null) {
            throw new NoSuchElementException("the input has %d lines".formatted(lines));
        }
        InputLine line = next;
        next = null;
        return line;
    }

    /** A line without its end, cut behind the first byte that is too many; empty at the end of the file. */
    private Optional<byte[]> readLine() throws IOException {
        var line = new ByteArrayOutputStream();
        int read = in.read();
        if (read < 0) {
            return Optional.empty();
        }
        for (; read >= 0 && read != '\n'; read = in.read()) {
            if (line.size() <= MAX_BYTES) {
                line.write(read);
            }
        }
        return Optional.of(line.toByteArray());
    }

    private static boolean isBlank(byte[] line) {
        for (byte each : line) {
            if (each != ' ' && each != '\t' && each != '\r') {
                return false;
            }
        }
        return true;
    }

    private InputLine parsed(byte[] line, long index) {
        if (line.length > MAX_BYTES) {
            return malformed(index, "it is longer than %,d bytes".formatted(MAX_BYTES));
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(line))
                    .toString();
            return item(Json.parse(lines == 1 ? text.replaceFirst("^" + BYTE_ORDER_MARK, "") : text), index);
        } catch (CharacterCodingException e) {
            return malformed(index, "it is not UTF-8");
        } catch (JsonException e) {
            // each line is a document of its own
            String trouble = String.valueOf(e.getMessage()).replace("at line 1, column", "at column");
            return malformed(index, "it is not JSON: " + trouble);
        }
    }

    private InputLine item(Json value, long index) {
        return switch (value) {
            case Json.Str text -> new InputLine.Item(place(index, Json.Null.NULL), text);
            case Json.Obj object -> identified(object, index);
            default -> malformed(index, "expected an object or a string, got " + value.kind());
        };
    }

    private InputLine identified(Json.Obj object, long index) {
        Json id = object.at("id").orElse(Json.Null.NULL);
        boolean isGood = switch (id) {
            case Json.Str name -> !name.value().isEmpty() && name.value().length() <= MAX_ID_CHARS;
            case Json.Num name -> name.write().length() <= MAX_ID_CHARS;
            case Json.Null none -> true;
            default -> false;
        };
        return isGood
                ? new InputLine.Item(place(index, id), object)
                : malformed(
                        index, "its id must be a number, or a string of 1 to %d characters".formatted(MAX_ID_CHARS));
    }

    private InputLine malformed(long index, String reason) {
        return new InputLine.Malformed(place(index, Json.Null.NULL), "line %d: %s".formatted(lines, reason));
    }

    private InputLine.Place place(long index, Json id) {
        return new InputLine.Place(index, lines, id);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
