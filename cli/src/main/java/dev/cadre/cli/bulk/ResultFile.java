// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

import dev.cadre.file.OwnFiles;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file of results. Until they are published the lines stand in a file beside it with the suffix {@value #PART}, so that
 * no moment leaves fewer results than an earlier run wrote.
 */
public final class ResultFile implements ResultOutput {
    static final String PART = ".part";

    /** A header of results is no longer: its columns are bounded. */
    private static final int HEAD_BYTES = 1 << 20;

    private final Path target;
    private final Path part;
    private OutputStream out;
    private boolean isPublished;

    private ResultFile(Path target, Path part) throws IOException {
        this.target = target;
        this.part = part;
        out = new BufferedOutputStream(OwnFiles.createAnew(part));
    }

    /** Begins the results that are to stand in this file, which stays as it is for now. */
    public static ResultFile create(Path target) throws IOException {
        return new ResultFile(target, target.resolveSibling(target.getFileName() + PART));
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
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readNBytes(HEAD_BYTES), StandardCharsets.UTF_8);
        }
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
        out.close();
        if (!isPublished) {
            Files.deleteIfExists(part);
        }
    }
}
