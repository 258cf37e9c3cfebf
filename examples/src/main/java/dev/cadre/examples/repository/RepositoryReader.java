// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

import dev.cadre.examples.repository.RootJail.Opened;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;

/**
 * Reads a folder into a {@link Repository}: asks git for the list of files, or walks the folder itself.
 *
 * <p>Stops at a deadline with what it has read. Files that it did not come to are counted as
 * {@link SkipReason#DEADLINE}; if not even the list was finished, as one at least.
 */
public final class RepositoryReader {
    /** Files that are opened before their sizes are added up. */
    private static final int FILES_AT_ONCE = 64;

    /** The share of the time that git may take to list files, in percent. */
    private static final int SHARE_OF_GIT = 25;

    /** What a byte of a file may become in memory, if there is nothing but line ends and one character that is not Latin-1. */
    private static final int MOST_TIMES_ITS_SIZE = 6;

    private final ReadLimits limits;
    private final Deadline deadline;
    private final SearchMemory memory;

    private RepositoryReader(ReadLimits limits, Deadline deadline, SearchMemory memory) {
        this.limits = limits;
        this.deadline = deadline;
        this.memory = memory;
    }

    /** Returns a reader for the only search of this process. */
    public static RepositoryReader within(ReadLimits limits, Deadline deadline) {
        return within(limits, deadline, SearchMemory.ofProcess(1));
    }

    /** Returns a reader that stops at these limits, at this deadline, and where there is no memory for more. */
    public static RepositoryReader within(ReadLimits limits, Deadline deadline, SearchMemory memory) {
        return new RepositoryReader(limits, deadline, memory);
    }

    /** As many as fit into what the texts may take, be each as large as it may. */
    int filesAtOnce() {
        long bytes = memory.left(SearchMemory.Part.TEXTS);
        return Math.clamp(bytes / MOST_TIMES_ITS_SIZE / limits.maxFileBytes(), 1, FILES_AT_ONCE);
    }

    /**
     * Reads every text file below this folder. Blocks on the disk and on git, until the deadline at most.
     *
     * @throws IOException if the folder cannot be opened any more
     */
    public Repository read(RootFolder root) throws IOException, InterruptedException {
        return read(root, GitCommand.in(root, deadline, limits));
    }

    /**
     * Does the same with the git of a search.
     *
     * @throws IOException if the folder cannot be opened any more
     */
    public Repository read(RootFolder root, GitCommand git) throws IOException, InterruptedException {
        RootJail jail = RootJail.of(root, limits);
        try (var calls = new BlockingCalls()) {
            FileList list = list(git, jail, calls);
            var reading = new Reading(jail, list, calls);
            reading.run();
            return new Repository(root, reading.files, reading.skipped);
        }
    }

    private FileList list(GitCommand git, RootJail jail, BlockingCalls calls) throws IOException, InterruptedException {
        Deadline ofGit = deadline.afterPercent(SHARE_OF_GIT);
        Optional<FileList> tracked = calls.call(() -> GitFiles.list(git.until(ofGit), limits, memory), ofGit)
                .flatMap(found -> found);
        if (tracked.isPresent()) {
            return tracked.get();
        }
        var walk = new FolderWalk(jail, limits, deadline, memory);
        calls.call(
                () -> {
                    walk.run();
                    return true;
                },
                deadline);
        return walk.listed();
    }

    /** One pass over a list of files. */
    private final class Reading {
        private final RootJail jail;
        private final FileList list;
        private final BlockingCalls calls;
        private final List<SourceFile> files = new ArrayList<>();
        private final Map<SkipReason, Integer> skipped = new EnumMap<>(SkipReason.class);
        private long characters;

        Reading(RootJail jail, FileList list, BlockingCalls calls) {
            this.jail = jail;
            this.list = list;
            this.calls = calls;
        }

        void run() throws IOException, InterruptedException {
            count(SkipReason.OVER_LIMIT, list.cut());
            count(SkipReason.DEADLINE, list.isWhole() ? 0 : 1);
            List<String> paths = list.paths();
            int atOnce = filesAtOnce();
            for (int from = 0; from < paths.size(); from += atOnce) {
                if (deadline.isOver()) {
                    count(SkipReason.DEADLINE, paths.size() - from);
                    return;
                }
                int to = Math.min(paths.size(), from + atOnce);
                List<Opened> opened = open(paths.subList(from, to));
                for (int i = 0; i < opened.size(); i++) {
                    if (!add(opened.get(i))) {
                        count(SkipReason.OVER_LIMIT, paths.size() - from - i);
                        return;
                    }
                }
            }
        }

        /** Opens files in the order of their paths; neighbours in one folder are opened together. */
        private List<Opened> open(List<String> paths) throws IOException, InterruptedException {
            var opened = new AtomicReferenceArray<Opened>(paths.size());
            var groups = new ArrayList<Callable<Boolean>>();
            for (int from = 0; from < paths.size(); ) {
                int first = from;
                String folder = folderOf(paths.get(first));
                while (from < paths.size() && folderOf(paths.get(from)).equals(folder)) {
                    from++;
                }
                List<String> group = paths.subList(first, from);
                groups.add(() -> openTogether(folder, group, opened, first));
            }
            calls.all(groups, deadline);
            return IntStream.range(0, paths.size())
                    .<Opened>mapToObj(at ->
                            Objects.requireNonNullElse(opened.getAcquire(at), new Opened.Skipped(SkipReason.DEADLINE)))
                    .toList();
        }

        private static String folderOf(String path) {
            return path.substring(0, Math.max(path.lastIndexOf('/'), 0));
        }

        /** Each file is there for others once it is read, so a late one takes nothing with it. */
        private boolean openTogether(
                String folder, List<String> paths, AtomicReferenceArray<Opened> opened, int first) {
            int cut = folder.isEmpty() ? 0 : folder.length() + 1;
            var next = new AtomicInteger(first);
            if (!deadline.isOver()) {
                jail.open(
                        folder, paths.stream().map(path -> path.substring(cut)).toList(), each -> {
                            if (Thread.currentThread().isInterrupted()) {
                                return false; // at the deadline: what an interrupt made unreadable is not
                            }
                            opened.setRelease(next.getAndIncrement(), each);
                            return !deadline.isOver();
                        });
            }
            return true;
        }

        /** Returns whether there was room for it. */
        private boolean add(Opened opened) {
            switch (opened) {
                case Opened.Skipped(SkipReason reason) -> count(reason, 1);
                case Opened.Text(SourceFile file) -> {
                    characters += file.text().length();
                    if (characters > limits.maxTotalBytes() || !memory.take(SearchMemory.Part.TEXTS, file.bytes())) {
                        return false;
                    }
                    files.add(file);
                }
            }
            return true;
        }

        private void count(SkipReason reason, int number) {
            if (number > 0) {
                skipped.merge(reason, number, Integer::sum);
            }
        }
    }
}
