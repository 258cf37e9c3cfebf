// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Lists what git tracks or would track: tracked files and untracked ones that are not ignored. */
final class GitFiles {
    private GitFiles() {}

    /** Returns nothing if git is missing or late, knows no repository here, or ignores the whole folder. */
    static Optional<FileList> list(RootFolder root, ReadLimits limits, Deadline deadline, SearchMemory memory)
            throws InterruptedException {
        return GitCommand.in(root, deadline)
                .run("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ".")
                .map(GitFiles::paths)
                .filter(paths -> !paths.isEmpty())
                .map(paths -> FileList.of(paths, limits.maxFiles(), memory));
    }

    private static List<String> paths(String output) {
        return Arrays.stream(output.split("\0", -1))
                .filter(path -> !path.isEmpty())
                .toList();
    }
}
