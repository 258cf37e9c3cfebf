// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.search;

import dev.cadre.examples.index.CodeIndex;
import dev.cadre.examples.index.FileRanker;
import dev.cadre.examples.index.History;
import dev.cadre.examples.repository.BlockingCalls;
import dev.cadre.examples.repository.Deadline;
import dev.cadre.examples.repository.GitCommand;
import dev.cadre.examples.repository.ReadLimits;
import dev.cadre.examples.repository.Repository;
import dev.cadre.examples.repository.RepositoryReader;
import dev.cadre.examples.repository.RootFolder;
import dev.cadre.examples.repository.SearchMemory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Everything a search reads, taken once: files, index, history. Immutable, so subtasks may share it. */
public record CodeBase(Repository repository, CodeIndex index, History history, FileRanker ranker) {
    private static final int READING_PERCENT = 40;
    private static final int INDEXING_PERCENT = 70;

    /**
     * Reads and indexes a folder. Blocks; about a second for a thousand files.
     *
     * <p>Reading stops when 40 %, indexing when 70 % of the time until the deadline has passed, so that there is time to
     * search what was read; the repository counts what was not. A history that git does not print in time is empty.
     *
     * @throws IOException if the folder cannot be resolved
     */
    public static CodeBase open(Path folder, ReadLimits limits, Deadline deadline)
            throws IOException, InterruptedException {
        return open(RootFolder.of(folder), limits, deadline, SearchMemory.ofProcess(1));
    }

    /**
     * Does the same, for one of several searches at a time.
     *
     * @throws IOException if the folder cannot be opened any more
     */
    public static CodeBase open(RootFolder folder, ReadLimits limits, Deadline deadline, SearchMemory memory)
            throws IOException, InterruptedException {
        Deadline ofReading = deadline.afterPercent(READING_PERCENT);
        Deadline ofIndexing = deadline.afterPercent(INDEXING_PERCENT);
        GitCommand git = GitCommand.in(folder, ofReading, limits);
        var log = new FutureTask<>(() -> History.read(git, memory));
        // a platform thread: the file system may keep it
        Thread reader = Thread.ofPlatform().daemon().name("git-log").start(log);
        try {
            Repository repository =
                    RepositoryReader.within(limits, ofReading, memory).read(folder, git);
            CodeIndex index = CodeIndex.of(repository, ofIndexing, memory);
            Repository indexed =
                    repository.only(file -> index.source(file.path()).isPresent(), index.reasonOfTheRest());
            return of(indexed, index, history(log, ofIndexing));
        } catch (ExecutionException e) {
            throw BlockingCalls.failure("the history of " + folder.path() + " could not be read", e);
        } finally {
            reader.interrupt();
        }
    }

    private static History history(FutureTask<History> log, Deadline deadline)
            throws ExecutionException, InterruptedException {
        try {
            return log.get(deadline.left().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException late) {
            return History.none();
        }
    }

    /** Returns the code base of these parts. */
    public static CodeBase of(Repository repository, CodeIndex index, History history) {
        return new CodeBase(repository, index, history, FileRanker.of(index, history));
    }
}
