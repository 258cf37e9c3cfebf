// SPDX-License-Identifier: Apache-2.0
package dev.cadre.computer;

import dev.cadre.file.OwnFiles;
import dev.cadre.journal.Fingerprint;
import dev.cadre.task.WorkerContext;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Keeps the first and the last picture of one rung in a folder. Written by one thread at a time. */
final class ScreenshotFiles {
    /** Two ids and more go into a file's name, which on most systems has at most 255. */
    private static final int MOST_CHARS = 96;

    private static final int DIGEST_DIGITS = 32;

    private final Path folder;
    private final List<String> written = new ArrayList<>();

    ScreenshotFiles(Path folder) {
        this.folder = folder;
    }

    /** The picture before anything is done. */
    void before(Screenshot screenshot, WorkerContext context) throws IOException {
        write(screenshot, context, "before");
    }

    /** The picture after what has been done so far; takes the place of an earlier one. */
    void after(Screenshot screenshot, WorkerContext context) throws IOException {
        write(screenshot, context, "after");
    }

    synchronized Screenshots all() {
        return new Screenshots(written);
    }

    private void write(Screenshot screenshot, WorkerContext context, String when) throws IOException {
        OwnFiles.createFolders(folder);
        Path file = folder.resolve("%s-%s-%s.png".formatted(name(context.runId()), name(context.subtaskId()), when));
        OwnFiles.replace(file, screenshot.bytes());
        note(file.toString());
    }

    private synchronized void note(String file) {
        if (!written.contains(file)) {
            written.add(file);
        }
    }

    /**
     * An id as a part of a file's name: it may come from a planner's model, or be the key of somebody's data. Different ids
     * have different names.
     */
    static String name(String id) {
        var name = new StringBuilder();
        id.chars().forEach(character -> {
            if (character == '#') {
                name.append('@'); // before the number of an item
            } else if (character < 0x80
                    && (Character.isLetterOrDigit(character) || character == '-' || character == '_')) {
                name.append((char) character);
            } else {
                name.append("~%04x".formatted(character));
            }
        });
        return name.length() <= MOST_CHARS
                ? name.toString()
                : name.substring(0, MOST_CHARS / 2) + "~"
                        + Fingerprint.of(id).hex().substring(0, DIGEST_DIGITS);
    }
}
