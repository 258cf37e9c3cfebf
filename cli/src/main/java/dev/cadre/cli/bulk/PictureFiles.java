// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

import dev.cadre.examples.repository.BlockingCalls;
import dev.cadre.examples.repository.Deadline;
import dev.cadre.examples.repository.ReadLimits;
import dev.cadre.examples.repository.RootFolder;
import dev.cadre.examples.repository.RootJail;
import dev.cadre.examples.repository.RootJail.LeftOutException;
import dev.cadre.examples.repository.SkipReason;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.StringJoiner;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The files of one folder, by paths that a stranger wrote: read through the jail of a search, each within a time. Safe for use
 * by many threads.
 */
final class PictureFiles {
    /** A file that took longer is one that the file system does not answer about, such as a pipe that nobody writes to. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** After so many no more are tried: each holds a thread, and the time of whoever waits. */
    private static final int MOST_UNANSWERED = 3;

    private final RootFolder folder;
    private final RootJail jail;
    private final Duration patience;
    private final BlockingCalls calls = new BlockingCalls();
    private final AtomicInteger unanswered = new AtomicInteger();

    private PictureFiles(RootFolder folder, Duration patience) {
        this.folder = folder;
        this.jail = RootJail.of(folder, ReadLimits.STANDARD);
        this.patience = patience;
    }

    static PictureFiles in(RootFolder folder) {
        return within(PATIENCE, folder);
    }

    static PictureFiles within(Duration patience, RootFolder folder) {
        return new PictureFiles(folder, patience);
    }

    /** A file cannot be read; the message says why, and names nothing. */
    static final class UnreadableException extends Exception {
        private static final long serialVersionUID = 1L;

        UnreadableException(String message) {
            super(message);
        }
    }

    /** Reads at most this many bytes of what a path, relative to the folder or whole, leads to. Blocks on the disk. */
    RootJail.Beginning beginning(String path, int most) throws UnreadableException {
        String relative = relative(path);
        if (unanswered.get() >= MOST_UNANSWERED) {
            throw new UnreadableException("the file system did not answer about others in time");
        }
        try {
            return calls.call(() -> jail.beginning(relative, most), Deadline.in(patience, InstantSource.system()))
                    .orElseThrow(this::late);
        } catch (LeftOutException e) {
            throw new UnreadableException(
                    e.reason() == SkipReason.LINK ? "it is a link, or a link is on its path" : "it is no file");
        } catch (IOException e) {
            throw new UnreadableException("there is no file of that name that can be read");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnreadableException("reading it was interrupted");
        }
    }

    private UnreadableException late() {
        unanswered.incrementAndGet();
        return new UnreadableException("the file system did not answer in %d ms".formatted(patience.toMillis()));
    }

    private String relative(String path) throws UnreadableException {
        try {
            Path named = folder.path().resolve(path).normalize();
            if (!named.startsWith(folder.path())) {
                throw new UnreadableException("it leads out of the folder of the input");
            }
            var names = new StringJoiner("/");
            folder.path().relativize(named).forEach(name -> names.add(name.toString()));
            return names.toString();
        } catch (InvalidPathException e) {
            throw new UnreadableException("it is no path");
        }
    }
}
