// SPDX-License-Identifier: Apache-2.0
package dev.cadre.file;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/**
 * Opens the files that the library writes, and reads them. A new one is created readable and writable for its owner alone, where the file
 * system has POSIX permissions; elsewhere it has what its folder gives. None is opened through a link at its own name;
 * links on the way to its folder are followed. An existing file keeps its permissions. What is no regular file is refused; none
 * is waited for without a bound, as a pipe would be that took the place of a file between the look at it and its opening.
 *
 * <p>Public for the other modules of the library; carries no compatibility promise. Safe for use by many threads.
 */
public final class OwnFiles {
    private static final String DRAFT = ".cadre-";
    private static final String DRAFT_SUFFIX = ".part";

    private OwnFiles() {}

    private static FileAttribute<?>[] ownersAlone(Path place, String permissions) {
        return place.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    /**
     * Creates an empty file.
     *
     * @throws FileAlreadyExistsException if anything is at its name, a link that leads nowhere included
     */
    public static void create(Path file) throws IOException {
        Files.createFile(file, ownersAlone(file, "rw-------"));
    }

    /**
     * Creates an empty file if nothing is there.
     *
     * @throws FileSystemException if something else than a file is there, such as a link or a folder
     */
    public static void createIfAbsent(Path file) throws IOException {
        try {
            create(file);
        } catch (FileAlreadyExistsException e) {
            requireFile(file);
        }
    }

    /**
     * Opens a file for reading and writing, and creates it if nothing is there.
     *
     * @throws FileSystemException if something else than a file is there, such as a link or a folder
     */
    public static FileChannel open(Path file) throws IOException {
        createIfAbsent(file);
        FileChannel channel = FileCall.within(
                FileCall.PATIENCE,
                file,
                () -> FileChannel.open(
                        file, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS));
        try {
            channel.position(); // there is none in a pipe, which has both its ends in this channel
            return channel;
        } catch (IOException e) {
            channel.close();
            throw new FileSystemException(file.toString(), null, "it is no file");
        }
    }

    /**
     * Reads the beginning of a file of a folder that others may write to.
     *
     * @param most how many bytes are read
     * @throws FileSystemException if something else than a file is there, such as a link, a folder or a pipe, or the file
     *     system does not answer in 20 seconds
     */
    public static byte[] read(Path file, int most) throws IOException {
        return read(file, most, FileCall.PATIENCE);
    }

    static byte[] read(Path file, int most, Duration patience) throws IOException {
        requireFile(file);
        return FileCall.within(patience, file, () -> {
            try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
                return in.readNBytes(most);
            }
        });
    }

    /**
     * Creates a file to write to; takes the place of a file that is there. An interrupt does not close the stream.
     *
     * @throws FileSystemException if something else than a file is there, such as a link or a folder
     */
    public static OutputStream createAnew(Path file) throws IOException {
        try {
            requireFile(file);
            Files.delete(file);
        } catch (NoSuchFileException e) {
            // as it should be
        }
        return created(file);
    }

    private static OutputStream created(Path file, OpenOption... more) throws IOException {
        create(file);
        var options = new ArrayList<OpenOption>(List.of(StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS));
        options.addAll(List.of(more));
        return FileCall.within(
                FileCall.PATIENCE, file, () -> Files.newOutputStream(file, options.toArray(OpenOption[]::new)));
    }

    /**
     * Opens an existing file to write behind its end. An interrupt does not close the stream.
     *
     * @throws FileSystemException if something else than a file is there, such as a link or a folder
     */
    public static OutputStream append(Path file) throws IOException {
        return append(file, FileCall.PATIENCE);
    }

    static OutputStream append(Path file, Duration patience) throws IOException {
        requireFile(file);
        return FileCall.within(
                patience,
                file,
                () -> Files.newOutputStream(
                        file, StandardOpenOption.WRITE, StandardOpenOption.APPEND, LinkOption.NOFOLLOW_LINKS));
    }

    /**
     * Writes a file whole or not at all, also if the power fails: its content is on the disk before it has its name. Takes
     * the place of a file or a link that is there, never writes through it.
     */
    public static void replace(Path file, byte[] content) throws IOException {
        Path draft = file.resolveSibling(DRAFT + UUID.randomUUID() + DRAFT_SUFFIX);
        try {
            try (OutputStream out = created(draft, StandardOpenOption.SYNC)) {
                out.write(content);
            }
            move(draft, file);
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    /** Whether a file of this name is what {@link #replace} is writing, or left when it was killed. */
    public static boolean isDraft(String name) {
        return name.startsWith(DRAFT) && name.endsWith(DRAFT_SUFFIX);
    }

    /** Gives a file another name; takes the place of a file or a link of that name. */
    public static void move(Path file, Path target) throws IOException {
        try {
            Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(file, target, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Creates a folder, and those on the way to it, where they are not there. */
    public static void createFolders(Path folder) throws IOException {
        Files.createDirectories(folder, ownersAlone(folder, "rwx------"));
    }

    /** Why input or output failed, in words: no name of a Java class is in it. */
    public static String reason(Throwable failure) {
        return switch (failure) {
            case UncheckedIOException e when e.getCause() != null -> reason(e.getCause());
            case NoSuchFileException e -> e.getFile() + " does not exist";
            case FileAlreadyExistsException e -> e.getFile() + " exists already";
            case AccessDeniedException e -> "access to " + e.getFile() + " is denied";
            case DirectoryNotEmptyException e -> e.getFile() + " is a folder that is not empty";
            default -> Objects.requireNonNullElse(failure.getMessage(), "input or output failed");
        };
    }

    /**
     * Refuses a file that has a second name in its file system: a lock that goes by the name keeps nobody out who uses
     * the other. Lets it pass where names are not counted, as on Windows.
     *
     * @throws FileSystemException if it has
     */
    public static void requireOneName(Path file) throws IOException {
        if (file.getFileSystem().supportedFileAttributeViews().contains("unix")
                && Files.getAttribute(file, "unix:nlink", LinkOption.NOFOLLOW_LINKS) instanceof Integer names
                && names > 1) {
            throw new FileSystemException(
                    file.toString(), null, "it has %d names (hard links); copy it instead".formatted(names));
        }
    }

    /**
     * Refuses what is no regular file at this moment. What is there at the next may be another: {@link #read} and the other
     * methods here ask it themselves, and bound their wait.
     *
     * @throws FileSystemException if it is no file, such as a link, a folder or a pipe
     */
    public static void requireFile(Path file) throws IOException {
        var found = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!found.isRegularFile()) {
            String what = found.isSymbolicLink() ? "a link" : found.isDirectory() ? "a folder" : "no file";
            throw new FileSystemException(file.toString(), null, "it is " + what);
        }
    }
}
