// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Where git keeps the history of a folder, and whether it is the folder's own.
 *
 * <p>Files in a folder can point git to any repository of the machine, whose commits would then be read as those of the
 * folder. So what lies elsewhere must name the folder in turn, as git has it for a linked worktree and for a submodule, and the
 * file {@code .git} at the top that it names must name it: else it could call any folder of the machine its tree. Nothing may
 * lead on: no link in the git folder but one to a file of the working tree. A list of other places for objects, as a shared
 * clone has it, is followed: it gives only what the folder's own references name, and nobody can name by its digest a commit
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

    /** What stands before the path in a file that names a git folder. */
    private static final String NAMED = "gitdir:";

    private static final int MAX_PATH_BYTES = 4_096;

    /** Levels of folders in a git folder; no real one comes near it. */
    private static final int MAX_DEPTH = 100;

    /** Empty unless there are three paths, one a line. */
    static Optional<GitHome> parse(String printed) {
        String[] paths = printed.split("\n", -1);
        try {
            return paths.length == 4
                    ? Optional.of(new GitHome(Path.of(paths[0]), Path.of(paths[1]), Path.of(paths[2])))
                    : Optional.empty();
        } catch (InvalidPathException noPath) {
            return Optional.empty();
        }
    }

    /**
     * Whether this is the home of a folder. Looks at each entry of the git folder, and holds none; ends at the deadline.
     *
     * @param configuredTop the setting {@code core.worktree} of the git folder, or empty
     * @param maxEntries how many are looked at; a git folder with more is nobody's, nor is one that is not known in time
     */
    boolean belongsTo(Path folder, String configuredTop, int maxEntries, Deadline deadline)
            throws InterruptedException {
        try {
            return folder.toRealPath().startsWith(top)
                    && (isInside() || (isNamedByTheTree() && (isLinkedWorktree() || isSubmodule(configuredTop))))
                    && leadsNowhere(maxEntries, deadline);
        } catch (IOException | InvalidPathException unreadable) {
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

    private boolean isNamedByTheTree() throws IOException {
        Path file = top.resolve(".git");
        String text = Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) ? beginning(file) : "";
        return text.startsWith(NAMED)
                && Files.isSameFile(top.resolve(text.substring(NAMED.length()).strip()), gitFolder);
    }

    private boolean isLinkedWorktree() throws IOException {
        Path back = gitFolder.resolve("gitdir");
        return common.resolve("worktrees").equals(gitFolder.getParent())
                && Files.isRegularFile(back, LinkOption.NOFOLLOW_LINKS)
                && gitFolder.resolve(beginning(back).strip()).normalize().equals(top.resolve(".git"));
    }

    private boolean isSubmodule(String configuredTop) {
        return common.equals(gitFolder)
                && !configuredTop.isEmpty()
                && gitFolder.resolve(configuredTop).normalize().equals(top);
    }

    private static String beginning(Path file) throws IOException {
        try (InputStream bytes = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            return new String(bytes.readNBytes(MAX_PATH_BYTES), StandardCharsets.UTF_8);
        }
    }

    /** A reference may name any file of the git folder as the one that it stands for, so no link may lie there. */
    private boolean leadsNowhere(int maxEntries, Deadline deadline) throws IOException, InterruptedException {
        var entries = new Entries(maxEntries, deadline);
        Files.walkFileTree(common, Set.of(), MAX_DEPTH, entries); // what is kept for one working tree lies there, too
        if (Thread.interrupted()) {
            throw new InterruptedException("looking for links in a git folder");
        }
        return entries.areHarmless;
    }

    /** Decides at each entry, so that none is held, and ends at the first that does harm. */
    private final class Entries extends SimpleFileVisitor<Path> {
        private final Deadline deadline;
        private int left;
        private boolean areHarmless = true;

        Entries(int most, Deadline deadline) {
            this.left = most;
            this.deadline = deadline;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path entry, BasicFileAttributes attributes) {
            return next(true);
        }

        @Override
        public FileVisitResult visitFile(Path entry, BasicFileAttributes attributes) throws IOException {
            boolean isTooDeep = attributes.isDirectory();
            return next(!isTooDeep && (!attributes.isSymbolicLink() || isFileOfTheTree(entry)));
        }

        private FileVisitResult next(boolean isHarmless) {
            areHarmless = isHarmless && --left >= 0 && !deadline.endsWork();
            return areHarmless ? FileVisitResult.CONTINUE : FileVisitResult.TERMINATE;
        }
    }

    /** Hooks often are links to scripts beside them. */
    private boolean isFileOfTheTree(Path link) throws IOException {
        Path target = link.toRealPath();
        return target.startsWith(top) && Files.isRegularFile(target);
    }
}
