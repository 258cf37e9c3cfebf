// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

import dev.cadre.file.OwnFiles;
import dev.cadre.file.ProcessLock;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A file of results. Until they are published the lines stand in a file beside it with the suffix {@value #PART}, so that
 * no moment leaves fewer results than an earlier run wrote. One process writes them at a time.
 */
public final class ResultFile implements ResultOutput {
    static final String PART = ".part";

    private static final String LOCK = ".lock";

    /** A header of results is no longer: its columns are bounded. */
    private static final int HEAD_BYTES = 1 << 20;

    private final Path target;
    private final Path part;
    private final ProcessLock lock;
    private OutputStream out;
    private boolean isPublished;

    private ResultFile(Path target, Path part, ProcessLock lock) throws IOException {
        this.target = target;
        this.part = part;
        this.lock = lock;
        out = new BufferedOutputStream(OwnFiles.createAnew(part));
    }

    /**
     * Begins the results that are to stand in this file, which stays as it is for now. What an earlier run left of them when
     * it was killed is replaced.
     *
     * @throws FileSystemException if another process writes them, or the file beside it holds something else
     */
    public static ResultFile create(Path target) throws IOException {
        Path part = beside(target, PART);
        ProcessLock lock = lock(target);
        try {
            if (Files.exists(part, LinkOption.NOFOLLOW_LINKS)) {
                requireLeft(part);
            }
            return new ResultFile(target, part, lock);
        } catch (IOException | RuntimeException | Error e) {
            lock.close();
            throw e;
        }
    }

    /** Only what a killed run left may be replaced. */
    private static void requireLeft(Path part) throws IOException {
        OwnFiles.requireFile(part); // no link to one
        String head = head(part);
        boolean isTorn =
                Stream.of(ResultWriter.BEGINNING, DeadLetters.BEGINNING).anyMatch(each -> each.startsWith(head));
        if (!isTorn && !isOurs(part) && !isOfDeadLetters(part)) {
            throw new FileSystemException(
                    part.toString(), null, "it is in the way, and holds something else; move it away");
        }
    }

    private static ProcessLock lock(Path target) throws IOException {
        try {
            return ProcessLock.take(beside(target.toAbsolutePath(), PART + LOCK));
        } catch (ProcessLock.HeldException e) {
            throw new FileSystemException(target.toString(), null, "it is being written by " + e.holder());
        }
    }

    /** The files that are made beside this one while results are written to it. */
    public static List<Path> beside(Path target) {
        return List.of(beside(target, PART), beside(target, PART + LOCK));
    }

    private static Path beside(Path target, String suffix) {
        return target.resolveSibling(target.getFileName() + suffix);
    }

    /** Whether the file holds results, in whatever form, or nothing at all. */
    public static boolean isOurs(Path file) throws IOException {
        String head = head(file);
        return head.isEmpty()
                || head.startsWith(ResultWriter.BEGINNING)
                || TableLayout.isHeader(head.lines().findFirst().orElse(""));
    }

    /** Whether the file holds what failed in a run, or nothing at all. */
    public static boolean isOfDeadLetters(Path file) throws IOException {
        String head = head(file);
        return head.isEmpty() || head.startsWith(DeadLetters.BEGINNING);
    }

    private static String head(Path file) throws IOException {
        return new String(OwnFiles.read(file.toRealPath(), HEAD_BYTES), StandardCharsets.UTF_8);
    }

    @Override
    public void write(String line) throws IOException {
        out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        if (isPublished) {
            out.flush();
        }
    }

    @Override
    public void publish() throws IOException {
        out.close();
        OwnFiles.move(part, target);
        out = new BufferedOutputStream(OwnFiles.append(target));
        isPublished = true;
    }

    @Override
    public void close() throws IOException {
        try (lock) {
            out.close();
            if (!isPublished) {
                Files.deleteIfExists(part);
            }
        }
    }
}
