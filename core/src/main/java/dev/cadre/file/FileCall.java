// SPDX-License-Identifier: Apache-2.0
package dev.cadre.file;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;

/**
 * A call that opens a file on a thread of its own: what looked like a file a moment ago may be a pipe by now, and nothing in
 * Java ends a call that waits for its other end. Its thread is left behind then and does not keep the process from ending.
 */
final class FileCall {
    /** A file that took longer is one that the file system does not answer about. */
    static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Whoever was interrupted still gets a file that is one. */
    private static final Duration PATIENCE_OF_THE_INTERRUPTED = Duration.ofSeconds(1);

    private FileCall() {}

    /**
     * Returns what the call returns. No interrupt reaches the call; one shortens the wait for it, and is kept.
     *
     * @throws FileSystemException if it did not return in time
     */
    static <T> T within(Duration patience, Path file, Callable<T> call) throws IOException {
        var task = new FutureTask<>(call);
        Thread thread = Thread.ofPlatform().daemon().name("cadre-file").start(task);
        if (!hasEnded(thread, patience)) {
            throw new FileSystemException(file.toString(), null, "the file system did not answer in time");
        }
        if (task.state() == Future.State.SUCCESS) {
            return task.resultNow();
        }
        throw thrown(task.exceptionNow());
    }

    /** Waits for the thread itself: none is left behind but one that is kept waiting. */
    private static boolean hasEnded(Thread thread, Duration patience) {
        boolean isInterrupted = false;
        try {
            for (Duration left = patience; ; left = PATIENCE_OF_THE_INTERRUPTED) {
                try {
                    return thread.join(left);
                } catch (InterruptedException e) {
                    isInterrupted = true;
                }
            }
        } finally {
            if (isInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** What was thrown on another thread, for the calling one to throw. */
    static IOException thrown(Throwable why) {
        return switch (why) {
            case IOException known -> known;
            case RuntimeException broken -> throw broken;
            case Error broken -> throw broken;
            default -> new IOException(why);
        };
    }
}
