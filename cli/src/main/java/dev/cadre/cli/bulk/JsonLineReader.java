// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Reads one JSON document a line; blank lines are passed over. For one thread. */
final class JsonLineReader implements ItemReader {
    private final InputStream in;
    private long lines;

    /** @param in UTF-8 */
    JsonLineReader(InputStream in) {
        this.in = in;
    }

    @Override
    public Optional<InputLine> read(long index) throws IOException {
        for (Optional<byte[]> line = readLine(); line.isPresent(); line = readLine()) {
            lines++;
            if (!isBlank(line.get())) {
                Spot spot = Spot.line(index, lines);
                return Optional.of(
                        line.get().length > InputLines.MAX_BYTES ? spot.tooLong(line.get()) : spot.json(line.get()));
            }
        }
        return Optional.empty();
    }

    /** A line without its end, cut behind the first byte that is too many; empty at the end of the file. */
    private Optional<byte[]> readLine() throws IOException {
        var line = new ByteArrayOutputStream();
        int read = in.read();
        if (read < 0) {
            return Optional.empty();
        }
        for (; read >= 0 && read != '\n'; read = in.read()) {
            if (line.size() <= InputLines.MAX_BYTES) {
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

    @Override
    public void close() throws IOException {
        in.close();
    }
}
