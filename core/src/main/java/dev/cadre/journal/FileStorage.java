// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import dev.cadre.file.OwnFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The file itself. */
final class FileStorage implements JournalStorage {
    private static final Logger LOG = LoggerFactory.getLogger(FileStorage.class);

    private final Path path;
    private final FileChannel channel;

    FileStorage(Path path) throws IOException {
        this.path = path;
        this.channel = OwnFiles.open(path);
    }

    @Override
    public void truncate(long length) throws IOException {
        channel.truncate(length).position(length);
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    @Override
    public void force() throws IOException {
        channel.force(false);
    }

    @Override
    public void forceDirectory() throws IOException {
        try (var directory = FileChannel.open(path.getParent(), StandardOpenOption.READ)) {
            directory.force(true);
        } catch (IOException unsupported) {
            // some systems cannot open a directory, and need no such thing
            LOG.debug("the directory of journal {} cannot be flushed: {}", path, unsupported.toString());
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
