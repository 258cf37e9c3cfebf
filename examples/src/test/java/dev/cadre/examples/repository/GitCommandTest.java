// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder shows its own history, and never that of another repository that it points to. */
class GitCommandTest {
    @TempDir
    Path temporary;

    private Path other = Path.of("");
    private Path folder = Path.of("");

    @BeforeEach
    void otherRepository() throws Exception {
        other = Files.createDirectory(temporary.toRealPath().resolve("other"));
        folder = Files.createDirectory(temporary.toRealPath().resolve("folder"));
        new Tree(other).git("init", "-q").file("Other.java", "class Other {}").commit("private");
    }

    private static Optional<String> subjects(Path folder) throws InterruptedException {
        return GitCommand.in(folder).run("log", "--format=%s").map(String::strip);
    }

    @Test
    void run_ownFolder_isRead() throws Exception {
        new Tree(folder).git("init", "-q").file("sub/A.java", "class A {}").commit("own");

        assertThat(subjects(folder)).contains("own");
        assertThat(subjects(folder.resolve("sub"))).contains("own");
    }

    @Test
    void run_gitFileThatPointsToAnotherRepository_isRefused() throws Exception {
        Files.writeString(folder.resolve(".git"), "gitdir: " + other.resolve(".git") + "\n");

        assertThat(subjects(folder)).isEmpty();
        assertThat(subjects(other)).contains("private");
    }

    @Test
    void run_gitFileThatPointsToAWorktreeOfAnotherRepository_isRefused() throws Exception {
        new Tree(other).git("worktree", "add", "-q", temporary.resolve("linked").toString());
        Files.writeString(folder.resolve(".git"), "gitdir: " + other.resolve(".git/worktrees/linked") + "\n");

        assertThat(subjects(folder)).isEmpty();
        assertThat(subjects(temporary.resolve("linked"))).as("the real one").contains("private");
    }

    @Test
    void run_submodule_isRead() throws Exception {
        new Tree(folder)
                .git("init", "-q")
                .git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", other.toString(), "lib");

        assertThat(subjects(folder.resolve("lib"))).contains("private");
    }

    @Test
    void run_gitFileThatPointsToASubmoduleOfAnotherRepository_isRefused() throws Exception {
        Path outer = Files.createDirectory(temporary.resolve("outer"));
        new Tree(outer)
                .git("init", "-q")
                .git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", other.toString(), "lib");
        Files.writeString(folder.resolve(".git"), "gitdir: " + outer.resolve(".git/modules/lib") + "\n");

        assertThat(subjects(folder)).isEmpty();
    }

    @Test
    void run_linkToAnotherGitFolder_isRefused() throws Exception {
        Files.createSymbolicLink(folder.resolve(".git"), other.resolve(".git"));

        assertThat(subjects(folder)).isEmpty();
    }

    @Test
    void run_ownFolderThatSharesAnother_isRefused() throws Exception {
        new Tree(folder).git("init", "-q");
        Files.writeString(
                folder.resolve(".git/commondir"), other.resolve(".git").toString());

        assertThat(subjects(folder)).isEmpty();
    }

    @Test
    void run_linksToTheReferencesAndObjectsOfAnother_areRefused() throws Exception {
        new Tree(folder).git("init", "-q");
        for (String part : new String[] {"refs", "objects"}) {
            delete(folder.resolve(".git").resolve(part));
            Files.createSymbolicLink(
                    folder.resolve(".git").resolve(part), other.resolve(".git").resolve(part));
        }

        assertThat(subjects(folder)).isEmpty();
    }

    @Test
    void run_sharedClone_readsItsOwnHistory() throws Exception {
        Path shared = temporary.resolve("shared");
        new Tree(temporary).git("clone", "-q", "--shared", other.toString(), shared.toString());

        assertThat(subjects(shared)).isEqualTo(subjects(other)).isNotEmpty();
    }

    @Test
    void run_bareRepositoryAmongTheFiles_isNoRepository() throws Exception {
        new Tree(temporary).git("clone", "-q", "--bare", other.toString(), "bare");

        assertThat(subjects(temporary.resolve("bare"))).isEmpty();
    }

    private static void delete(Path tree) throws Exception {
        try (Stream<Path> all = Files.walk(tree)) {
            for (Path each : all.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(each);
            }
        }
    }
}
