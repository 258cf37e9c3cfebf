// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

import dev.cadre.examples.repository.RootJail.Opened;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Reads a folder into a {@link Repository}: asks git for the list of files, or walks the folder itself. */
public final class RepositoryReader {
    private final ReadLimits limits;

    private RepositoryReader(ReadLimits limits) {
        this.limits = limits;
    }

    /** Returns a reader that stops at these limits. */
    public static RepositoryReader within(ReadLimits limits) {
        return new RepositoryReader(limits);
    }

    /**
     * Reads every text file below this folder. Blocks on the disk and on git; starts threads of the common pool.
     *
     * @throws IOException if the folder cannot be resolved
     */
    public Repository read(Path folder) throws IOException, InterruptedException {
        Path root = folder.toRealPath();
        FileList listed = GitFiles.list(root, limits).orElseGet(() -> FolderWalk.list(root, limits));
        FileList list = withinTotal(root, listed);
        RootJail jail = RootJail.of(root, limits);
        List<Opened> opened = list.paths().parallelStream().map(jail::open).toList();
        return collect(root, list, opened);
    }

    /** Cuts the list where the sizes add up to the limit, before anything is read into memory. */
    private FileList withinTotal(Path root, FileList list) {
        long bytes = 0;
        int kept = 0;
        for (String path : list.paths()) {
            long size = new File(root.toFile(), path).length();
            bytes += size > limits.maxFileBytes() ? 0 : size;
            if (bytes > limits.maxTotalBytes()) {
                return new FileList(
                        list.paths().subList(0, kept), list.cut() + list.paths().size() - kept);
            }
            kept++;
        }
        return list;
    }

    private static Repository collect(Path root, FileList list, List<Opened> opened) {
        var files = new ArrayList<SourceFile>();
        var skipped = new EnumMap<SkipReason, Integer>(SkipReason.class);
        count(skipped, SkipReason.OVER_LIMIT, list.cut());
        for (Opened each : opened) {
            switch (each) {
                case Opened.Skipped(SkipReason reason) -> count(skipped, reason, 1);
                case Opened.Text(SourceFile file) -> files.add(file);
            }
        }
        return new Repository(root, files, skipped);
    }

    private static void count(Map<SkipReason, Integer> skipped, SkipReason reason, int number) {
        if (number > 0) {
            skipped.merge(reason, number, Integer::sum);
        }
    }
}
