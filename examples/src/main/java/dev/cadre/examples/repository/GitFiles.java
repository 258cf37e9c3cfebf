// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Lists what git tracks or would track: tracked files and untracked ones that are not ignored. The first in the order of their
 * paths, as many as there may be and as there is memory for.
 */
final class GitFiles {
    /** A place in a sorted set, beside the text. */
    private static final int BYTES_OF_A_PLACE = 48;

    private final int maxFiles;
    private final SearchMemory memory;
    private final TreeSet<String> first = new TreeSet<>();
    private int cut;

    private GitFiles(int maxFiles, SearchMemory memory) {
        this.maxFiles = maxFiles;
        this.memory = memory;
    }

    /** Returns nothing if git is missing or late, knows no repository here, or ignores the whole folder. */
    static Optional<FileList> list(GitCommand git, ReadLimits limits, SearchMemory memory) throws InterruptedException {
        var files = new GitFiles(limits.maxFiles(), memory);
        boolean isWhole =
                git.run(files::take, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ".");
        if (!isWhole || (files.first.isEmpty() && files.cut == 0)) {
            files.first.forEach(files::giveBack);
            return Optional.empty();
        }
        return Optional.of(new FileList(List.copyOf(files.first), files.cut, true));
    }

    private void take(String path) {
        if (path.isEmpty() || first.contains(path)) {
            return;
        }
        if (!add(path)) {
            cut++;
            if (!first.isEmpty() && path.compareTo(first.last()) < 0) {
                giveBack(first.removeLast());
                cut += add(path) ? 0 : 1;
            }
        }
    }

    private boolean add(String path) {
        return first.size() < maxFiles && memory.take(SearchMemory.Part.NAMES, bytes(path)) && first.add(path);
    }

    private void giveBack(String path) {
        memory.giveBack(SearchMemory.Part.NAMES, bytes(path));
    }

    private static long bytes(String path) {
        return SearchMemory.bytesOf(path) + BYTES_OF_A_PLACE;
    }
}
