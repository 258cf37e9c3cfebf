// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

import dev.cadre.redact.SecretShapes;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Opens files below one folder and never anything else: no link, no {@code ..}, no absolute path.
 *
 * <p>Each folder on the way is opened in the one before ({@link Folder}), and the root has to be the folder that it was
 * when it was first looked at. A file that holds what looks like a key, in its text or its path, is left out like one whose name says so. Immutable, so safe
 * for use by many threads.
 */
public final class RootJail {

    private final RootFolder root;
    private final long maxFileBytes;

    private RootJail(RootFolder root, long maxFileBytes) {
        this.root = root;
        this.maxFileBytes = maxFileBytes;
    }

    /** Returns a jail of this folder. */
    public static RootJail of(RootFolder root, ReadLimits limits) {
        return new RootJail(root, limits.maxFileBytes());
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
        int cut = relative.lastIndexOf('/');
        var opened = new ArrayList<Opened>(1);
        open(relative.substring(0, Math.max(cut, 0)), List.of(relative.substring(cut + 1)), opened::add);
        return opened.getFirst();
    }

    /**
     * Reads files of one folder, given by its path relative to the root and their names; blocks on the disk.
     *
     * @param taker is given each as it is read, in their order, and says whether to go on
     */
    void open(String folder, List<String> names, Predicate<Opened> taker) {
        String prefix = folder.isEmpty() ? "" : folder + "/";
        Iterator<String> left = names.iterator();
        try (Folder last = folder(folder)) {
            take(left, name -> read(last, name, prefix + name), taker);
        } catch (LeftOutException leftOut) {
            take(left, name -> new Opened.Skipped(leftOut.reason()), taker);
        } catch (IOException | InvalidPathException gone) {
            take(left, name -> new Opened.Skipped(SkipReason.UNREADABLE), taker);
        }
    }

    /** Something on a path is nothing that is opened. */
    public static final class LeftOutException extends IOException {
        private static final long serialVersionUID = 1L;
        private final SkipReason reason;

        private LeftOutException(SkipReason reason) {
            super(reason.label());
            this.reason = reason;
        }

        /** Returns why: a link, no regular file, or what should be a folder and is none. */
        public SkipReason reason() {
            return reason;
        }
    }

    /** What a file begins with. */
    public static final class Beginning {
        private final byte[] bytes;
        private final long size;

        private Beginning(byte[] bytes, long size) {
            this.bytes = bytes;
            this.size = size;
        }

        /** Returns the bytes themselves, which are the caller's from now on: they may be many. */
        public byte[] bytes() {
            return bytes;
        }

        /** Returns the size of the whole file, at least. */
        public long size() {
            return size;
        }
    }

    /**
     * Reads at most this many bytes of a regular file of any kind, given by its path relative to the root. Blocks on the disk;
     * a pipe that took the place of the file just now may block it for ever, see {@link BlockingCalls}.
     *
     * @throws LeftOutException if a link or something else that is no folder or file is on the path
     * @throws IOException if there is no such file, or it cannot be read
     */
    public Beginning beginning(String relative, int most) throws IOException {
        int cut = relative.lastIndexOf('/');
        String name = relative.substring(cut + 1);
        try (Folder last = folder(relative.substring(0, Math.max(cut, 0)))) {
            BasicFileAttributes attributes = last.attributes(name);
            if (!attributes.isRegularFile()) {
                throw new LeftOutException(attributes.isSymbolicLink() ? SkipReason.LINK : SkipReason.NOT_A_FILE);
            }
            byte[] bytes = last.read(name, most);
            return new Beginning(bytes, Math.max(attributes.size(), bytes.length));
        }
    }

    /** Opens a folder, given by its path relative to the root; each in the one before. */
    private Folder folder(String path) throws IOException {
        Folder here = root();
        try {
            for (String part : path.isEmpty() ? new String[0] : path.split("/", -1)) {
                BasicFileAttributes attributes = here.attributes(part);
                if (!attributes.isDirectory()) {
                    throw new LeftOutException(attributes.isSymbolicLink() ? SkipReason.LINK : SkipReason.UNREADABLE);
                }
                Folder outer = here;
                here = outer.folder(part);
                outer.close();
            }
            return here;
        } catch (IOException | RuntimeException unopened) {
            here.close();
            throw unopened;
        }
    }

    /** Opens the folder of this jail. */
    Folder root() throws IOException {
        return root.open();
    }

    private static void take(Iterator<String> names, Function<String, Opened> opener, Predicate<Opened> taker) {
        boolean goesOn = true;
        while (goesOn && names.hasNext()) {
            goesOn = taker.test(opener.apply(names.next()));
        }
    }

    private Opened read(Folder folder, String name, String relative) {
        if (SecretNames.matches(relative) || SecretShapes.occurIn(relative)) {
            return new Opened.Skipped(SkipReason.SECRET);
        }
        try {
            BasicFileAttributes attributes = folder.attributes(name);
            if (!attributes.isRegularFile()) {
                return new Opened.Skipped(attributes.isSymbolicLink() ? SkipReason.LINK : SkipReason.NOT_A_FILE);
            }
            return attributes.size() > maxFileBytes
                    ? new Opened.Skipped(SkipReason.TOO_LARGE)
                    : judge(relative, folder.read(name, Math.toIntExact(maxFileBytes) + 1));
        } catch (IOException | InvalidPathException unreadable) {
            return new Opened.Skipped(SkipReason.UNREADABLE);
        }
    }

    private Opened judge(String relative, byte[] bytes) {
        if (bytes.length > maxFileBytes) {
            return new Opened.Skipped(SkipReason.TOO_LARGE);
        }
        Optional<String> text = FileText.of(bytes);
        if (text.isEmpty()) {
            return new Opened.Skipped(SkipReason.BINARY);
        }
        return SecretShapes.occurIn(text.get())
                ? new Opened.Skipped(SkipReason.SECRET)
                : new Opened.Text(SourceFile.of(relative, text.get()));
    }
}
