// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Opens files below one folder and never anything else: no link, no {@code ..}, no absolute path.
 *
 * <p>A path is checked before it is opened and again afterwards, so a link swapped in between is refused too.
 * Safe for use by many threads.
 */
public final class RootJail {
    private static final int BINARY_PROBE_BYTES = 8192;

    private final Path root;
    private final long maxFileBytes;
    /** Folders whose real path is their own path; a check of the whole path costs a system call for each part. */
    private final Set<Path> verified = ConcurrentHashMap.newKeySet();

    private RootJail(Path realRoot, long maxFileBytes) {
        this.root = realRoot;
        this.maxFileBytes = maxFileBytes;
    }

    /** Returns a jail of this folder. */
    public static RootJail of(Path root, ReadLimits limits) throws IOException {
        return new RootJail(root.toRealPath(), limits.maxFileBytes());
    }

    /** What came of opening a path: the file, or why it is left out. */
    public sealed interface Opened {
        /** The text of the file. */
        record Text(SourceFile file) implements Opened {}

        /** The file is not searched. */
        record Skipped(SkipReason reason) implements Opened {}
    }

    /** Reads a path relative to the root; blocks on the disk. */
    public Opened open(String relative) {
        if (SecretNames.matches(relative)) {
            return new Opened.Skipped(SkipReason.SECRET);
        }
        try {
            Path file = root.resolve(relative).normalize();
            if (relative.isEmpty() || Path.of(relative).isAbsolute() || !file.equals(root.resolve(relative))) {
                return new Opened.Skipped(SkipReason.UNREADABLE);
            }
            return read(relative, file);
        } catch (IOException | InvalidPathException unreadable) {
            return new Opened.Skipped(SkipReason.UNREADABLE);
        }
    }

    private Opened read(String relative, Path file) throws IOException {
        Path folder = file.getParent();
        if (folder == null || !isOwnPath(folder)) {
            return new Opened.Skipped(SkipReason.LINK);
        }
        var attributes = Files.readAttributes(
                file, java.nio.file.attribute.BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!attributes.isRegularFile()) {
            return new Opened.Skipped(attributes.isSymbolicLink() ? SkipReason.LINK : SkipReason.NOT_A_FILE);
        }
        if (attributes.size() > maxFileBytes) {
            return new Opened.Skipped(SkipReason.TOO_LARGE);
        }
        byte[] bytes = bytes(file);
        if (bytes.length > maxFileBytes) {
            return new Opened.Skipped(SkipReason.TOO_LARGE);
        }
        if (isBinary(bytes)) {
            return new Opened.Skipped(SkipReason.BINARY);
        }
        return file.toRealPath().equals(file)
                ? new Opened.Text(SourceFile.of(relative, bytes))
                : new Opened.Skipped(SkipReason.LINK);
    }

    private byte[] bytes(Path file) throws IOException {
        var options = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        try (InputStream input = Channels.newInputStream(Files.newByteChannel(file, options))) {
            return input.readNBytes(Math.toIntExact(maxFileBytes) + 1);
        }
    }

    private boolean isOwnPath(Path folder) throws IOException {
        if (verified.contains(folder)) {
            return true;
        }
        boolean own = folder.toRealPath().equals(folder) && folder.startsWith(root);
        if (own) {
            verified.add(folder);
        }
        return own;
    }

    private static boolean isBinary(byte[] bytes) {
        int probe = Math.min(bytes.length, BINARY_PROBE_BYTES);
        for (int i = 0; i < probe; i++) {
            if (bytes[i] == 0) {
                return true;
            }
        }
        return false;
    }
}
