// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where git keeps the history of a folder, and whether it is the folder's own.
 *
 * <p>Files in a folder can point git to any repository of the machine, whose commits would then be read as those of the
 * folder. So what lies elsewhere must name the folder in turn, as git has it for a linked worktree and for a submodule,
 * and nothing may lead on: no link among references and objects. A list of other places for objects, as a shared clone
 * has it, is followed: it gives only what the folder's own references name, and nobody can name by its digest a commit
 * that they have not seen.
 *
 * @param gitFolder what is kept for this working tree
 * @param common what is shared by all working trees of the repository
 * @param top the top of the working tree
 */
record GitHome(Path gitFolder, Path common, Path top) {
    /** The arguments that make git print what {@link #parse} reads. */
    static final String[] QUERY = {
        "rev-parse", "--path-format=absolute", "--git-dir", "--git-common-dir", "--show-toplevel"
    };

    /** Empty unless there are three paths, one a line. */
    static Optional<GitHome> parse(String printed) {
        String[] paths = printed.split("\n", -1);
        return paths.length == 4
                ? Optional.of(new GitHome(Path.of(paths[0]), Path.of(paths[1]), Path.of(paths[2])))
                : Optional.empty();
    }

    /**
     * Whether this is the home of a folder.
     *
     * @param configuredTop the setting {@code core.worktree} of the git folder, or empty
     */
    boolean belongsTo(Path folder, String configuredTop) {
        try {
            return folder.toRealPath().startsWith(top)
                    && (isInside() || isLinkedWorktree() || isSubmodule(configuredTop))
                    && leadsNowhere();
        } catch (IOException | UncheckedIOException unreadable) {
            return false;
        }
    }

    /** Whether the nearest git folder, if there is one, has files where git waits for files: it would wait for a pipe. */
    static boolean canBeRead(Path folder) {
        return nearest(folder)
                .filter(git -> !Files.isDirectory(git, LinkOption.NOFOLLOW_LINKS)
                        || Stream.of("HEAD", "config")
                                .allMatch(name -> Files.isRegularFile(git.resolve(name), LinkOption.NOFOLLOW_LINKS)))
                .isPresent();
    }

    /** The git folder of the folder or of the nearest one above it, or the file that names it. */
    static Optional<Path> nearest(Path folder) {
        return Stream.iterate(folder.toAbsolutePath(), Objects::nonNull, Path::getParent)
                .map(at -> at.resolve(".git"))
                .filter(git -> Files.exists(git, LinkOption.NOFOLLOW_LINKS))
                .findFirst();
    }

    private boolean isInside() {
        return gitFolder.equals(top.resolve(".git"))
                && common.equals(gitFolder)
                && Files.isDirectory(gitFolder, LinkOption.NOFOLLOW_LINKS);
    }

    private boolean isLinkedWorktree() throws IOException {
        Path back = gitFolder.resolve("gitdir");
        return common.resolve("worktrees").equals(gitFolder.getParent())
                && Files.isRegularFile(back)
                && gitFolder.resolve(Files.readString(back).strip()).normalize().equals(top.resolve(".git"));
    }

    private boolean isSubmodule(String configuredTop) {
        return common.equals(gitFolder)
                && !configuredTop.isEmpty()
                && gitFolder.resolve(configuredTop).normalize().equals(top);
    }

    private boolean leadsNowhere() throws IOException {
        return Stream.of("HEAD", "packed-refs").map(common::resolve).noneMatch(Files::isSymbolicLink)
                && holdsNoLink(common.resolve("refs"))
                && holdsNoLink(common.resolve("objects"));
    }

    private static boolean holdsNoLink(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.noneMatch(Files::isSymbolicLink);
        }
    }
}
