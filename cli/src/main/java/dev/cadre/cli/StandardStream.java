// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.file.OwnFiles;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A stream of this process, in UTF-8, that remembers why it could not be written: {@link PrintStream} only tells that. */
final class StandardStream extends PrintStream {
    private final Sink sink;

    StandardStream(OutputStream target) {
        this(new Sink(target));
    }

    private StandardStream(Sink sink) {
        super(sink, true, StandardCharsets.UTF_8);
        this.sink = sink;
    }

    /**
     * Returns why something that was printed is lost; nothing if all was written, or if its reader had enough, such as
     * {@code head}. Does not wait for a thread that prints to a reader which does not read, as {@link #checkError} does.
     */
    Optional<String> lost() {
        return Optional.ofNullable(sink.failure)
                .filter(failure -> !String.valueOf(failure.getMessage()).contains("Broken pipe"))
                .map(OwnFiles::reason);
    }

    private static final class Sink extends FilterOutputStream {
        private volatile @Nullable IOException failure;

        Sink(OutputStream target) {
            super(target);
        }

        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            try {
                out.write(bytes, from, length);
            } catch (IOException e) {
                failure = failure == null ? e : failure;
                throw e;
            }
        }
    }
}
