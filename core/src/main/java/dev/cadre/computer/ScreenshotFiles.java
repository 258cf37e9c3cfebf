// SPDX-License-Identifier: Apache-2.0
package dev.cadre.computer;

import dev.cadre.task.WorkerContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Keeps the first and the last picture of one rung in a folder. Written by one thread at a time. */
final class ScreenshotFiles {
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
        Files.createDirectories(folder);
        Path file = folder.resolve("%s-%s-%s.png".formatted(name(context.runId()), name(context.subtaskId()), when));
        Files.write(file, screenshot.bytes());
        note(file.toString());
    }

    private synchronized void note(String file) {
        if (!written.contains(file)) {
            written.add(file);
        }
    }

    /** Ids may come from a planner's model: in a file's name they are letters, digits and dashes. */
    private static String name(String id) {
        return id.replaceAll("[^A-Za-z0-9]", "-");
    }
}
