// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.search;

import dev.cadre.examples.index.CodeIndex;
import dev.cadre.examples.index.FileRanker;
import dev.cadre.examples.index.History;
import dev.cadre.examples.repository.ReadLimits;
import dev.cadre.examples.repository.Repository;
import dev.cadre.examples.repository.RepositoryReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Everything a search reads, taken once: files, index, history. Immutable, so subtasks may share it. */
public record CodeBase(Repository repository, CodeIndex index, History history, FileRanker ranker) {

    /**
     * Reads and indexes a folder. Blocks; about a second for a thousand files.
     *
     * @throws IOException if the folder cannot be resolved
     */
    public static CodeBase open(Path folder, ReadLimits limits) throws IOException, InterruptedException {
        var log = new FutureTask<>(() -> History.read(folder));
        Thread reader = Thread.ofVirtual().name("git-log").start(log);
        try {
            Repository repository = RepositoryReader.within(limits).read(folder);
            CodeIndex index = CodeIndex.of(repository);
            return of(repository, index, log.get());
        } catch (ExecutionException e) {
            throw new IllegalStateException("the history of " + folder + " could not be read", e.getCause());
        } finally {
            reader.interrupt();
        }
    }

    /** Returns the code base of these parts. */
    public static CodeBase of(Repository repository, CodeIndex index, History history) {
        return new CodeBase(repository, index, history, FileRanker.of(index, history));
    }
}
