// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cadre.cli.report.ReportPage;
import dev.cadre.file.OwnFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file that a page is written to: one that does not exist yet, or a page of this program. */
final class PageFile {
    private static final int HEAD_BYTES = 200;

    private PageFile() {}

    /**
     * Looks at a file before anything is spent for what is going to stand in it.
     *
     * @throws UsageException if it cannot be written, or holds something else than such a page
     */
    static void require(String option, Path file) throws UsageException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder) || Files.isDirectory(file)) {
            throw refused(option, file, "is no file in a folder that exists");
        }
        if (!Files.isWritable(folder)) {
            throw refused(option, file, "is in a folder that cannot be written");
        }
        if (Files.exists(file) && !isPage(file)) {
            throw refused(option, file, "is a file that is no report; a report replaces only another one");
        }
    }

    private static boolean isPage(Path file) {
        try {
            byte[] head = OwnFiles.read(file.toRealPath(), HEAD_BYTES);
            return head.length == 0 || new String(head, UTF_8).startsWith(ReportPage.BEGINNING);
        } catch (IOException unreadable) {
            return false;
        }
    }

    /** Writes a page, whole or not at all. */
    static void write(Path file, String html) throws IOException {
        OwnFiles.replace(file.toAbsolutePath(), html.getBytes(UTF_8));
    }

    private static UsageException refused(String option, Path file, String why) {
        return new UsageException("bad_argument", option + ": \"" + file + "\" " + why);
    }
}
