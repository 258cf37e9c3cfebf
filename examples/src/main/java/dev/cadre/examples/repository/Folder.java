// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;

/**
 * An open folder: what is opened in it is opened relative to it, by one name, and never through a link.
 *
 * <p>Where the system gives descriptors of folders (Linux, macOS), nobody can put another folder in the place of one that
 * is open. Elsewhere (Windows) names are paths, and what was opened is compared with what stood there before and
 * stands there afterwards; whoever swaps both ways in between is not noticed. Opening a pipe that took the place of a
 * file just now can block for ever. Safe for use by many threads, but names are listed once.
 */
sealed interface Folder extends AutoCloseable {
    Set<OpenOption> READ = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

    /**
     * Opens a folder by its real path.
     *
     * @param identity what {@link BasicFileAttributes#fileKey} of the folder has to be; {@code "unknown"} where it has none
     * @throws IOException if there is no such folder, or another one by now
     */
    @SuppressWarnings("StreamResourceLeak") // whoever closes the folder closes the stream
    static Folder open(Path path, Object identity) throws IOException {
        DirectoryStream<Path> stream = Files.newDirectoryStream(path);
        if (!(stream instanceof SecureDirectoryStream<Path> secure)) {
            stream.close();
            return ByPath.open(path, identity);
        }
        var folder = new ByDescriptor(secure);
        if (!folder.identity().equals(identity)) {
            folder.close();
            throw new IOException("another folder is in the place of " + path);
        }
        return folder;
    }

    /** Returns what tells a file from all others, or {@code "unknown"}. */
    static Object identityOf(BasicFileAttributes attributes) {
        return Objects.requireNonNullElse(attributes.fileKey(), "unknown");
    }

    /** Returns what an entry is; a link is a link, wherever it leads. */
    BasicFileAttributes attributes(String name) throws IOException;

    /** Opens a folder in this one; a link is none. */
    Folder folder(String name) throws IOException;

    /** Returns at most this many bytes of a regular file. */
    byte[] read(String name, int most) throws IOException;

    /** Returns the names of entries, sorted, until one is not taken. */
    List<String> names(Predicate<String> taken) throws IOException;

    @Override
    void close() throws IOException;

    private static List<String> names(Iterator<Path> entries, Predicate<String> taken) throws IOException {
        var names = new ArrayList<String>();
        try {
            while (entries.hasNext()) {
                String name = entries.next().getFileName().toString();
                if (!taken.test(name)) {
                    break;
                }
                names.add(name);
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        Collections.sort(names);
        return names;
    }

    private static byte[] bytes(SeekableByteChannel channel, int most) throws IOException {
        try (InputStream input = Channels.newInputStream(channel)) {
            return input.readNBytes(most);
        }
    }

    private static Path single(String name) throws IOException {
        Path path = Path.of(name);
        if (path.isAbsolute() || path.getNameCount() != 1 || name.isEmpty() || name.equals(".") || name.equals("..")) {
            throw new IOException("not a name: " + name);
        }
        return path;
    }

    /** A folder by its descriptor. */
    record ByDescriptor(SecureDirectoryStream<Path> stream) implements Folder {
        Object identity() throws IOException {
            return identityOf(
                    stream.getFileAttributeView(BasicFileAttributeView.class).readAttributes());
        }

        @Override
        public BasicFileAttributes attributes(String name) throws IOException {
            return stream.getFileAttributeView(single(name), BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                    .readAttributes();
        }

        @Override
        public Folder folder(String name) throws IOException {
            return new ByDescriptor(stream.newDirectoryStream(single(name), LinkOption.NOFOLLOW_LINKS));
        }

        @Override
        public byte[] read(String name, int most) throws IOException {
            return bytes(stream.newByteChannel(single(name), READ), most);
        }

        @Override
        public List<String> names(Predicate<String> taken) throws IOException {
            return Folder.names(stream.iterator(), taken);
        }

        @Override
        public void close() throws IOException {
            stream.close();
        }
    }

    /** A folder by its real path and its identity. */
    record ByPath(Path path, Object identity) implements Folder {
        static ByPath open(Path path, Object identity) throws IOException {
            var folder = new ByPath(path, identity);
            folder.requireSame();
            return folder;
        }

        @Override
        public BasicFileAttributes attributes(String name) throws IOException {
            requireSame();
            BasicFileAttributes found = attributes(path.resolve(single(name)));
            requireSame();
            return found;
        }

        @Override
        public Folder folder(String name) throws IOException {
            return open(path.resolve(single(name)), identityOf(attributes(name)));
        }

        @Override
        public byte[] read(String name, int most) throws IOException {
            Object before = identityOf(attributes(name));
            byte[] bytes = bytes(Files.newByteChannel(path.resolve(single(name)), READ), most);
            if (!before.equals(identityOf(attributes(name)))) {
                throw new IOException("another file is in the place of " + name);
            }
            return bytes;
        }

        @Override
        public List<String> names(Predicate<String> taken) throws IOException {
            try (DirectoryStream<Path> stream = Files.newDirectoryStream(path)) {
                List<String> names = Folder.names(stream.iterator(), taken);
                requireSame();
                return names;
            }
        }

        @Override
        public void close() {}

        private void requireSame() throws IOException {
            BasicFileAttributes now = attributes(path);
            if (!now.isDirectory()
                    || !path.toRealPath().equals(path)
                    || !identityOf(now).equals(identity)) {
                throw new NotDirectoryException(path.toString());
            }
        }

        private static BasicFileAttributes attributes(Path path) throws IOException {
            return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        }
    }
}
