// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

import static java.nio.file.StandardOpenOption.APPEND;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    private static Optional<String> subjects(Path folder) throws Exception {
        return GitCommand.in(RootFolder.of(folder), Tree.LATER)
                .run("log", "--format=%s")
                .map(String::strip);
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

    /** Git follows a reference to any file of its folder, in whatever folder there. */
    @ParameterizedTest
    @ValueSource(strings = {"foo/x", "hooks/x", "worktrees/w/refs/worktree/x", "refs/bisect/x"})
    void run_linkToAReferenceOfAnother_isRefusedWhereverItLies(String name) throws Exception {
        new Tree(folder)
                .git("init", "-q")
                .file(".git/objects/info/alternates", other.resolve(".git/objects") + "\n")
                .file(".git/HEAD", "ref: refs/heads/led\n")
                .file(".git/refs/heads/led", "ref: " + name + "\n");
        link(folder.resolve(".git").resolve(name));

        assertThat(subjects(folder)).isEmpty();
    }

    private void link(Path at) throws Exception {
        Files.createDirectories(at.getParent());
        try (Stream<Path> heads = Files.list(other.resolve(".git/refs/heads"))) {
            Files.createSymbolicLink(at, heads.findFirst().orElseThrow());
        }
    }

    /** A linked worktree, all of which lies in the folder; its back reference is the given text. */
    private void worktree(String back) throws Exception {
        new Tree(folder)
                .git("init", "-q", "--bare", ".g")
                .file(".git", "gitdir: .g/worktrees/w\n")
                .file(".g/worktrees/w/commondir", "../..\n")
                .file(".g/worktrees/w/gitdir", back)
                .file(".g/worktrees/w/HEAD", "ref: refs/worktree/x\n")
                .file(".g/objects/info/alternates", other.resolve(".git/objects") + "\n");
    }

    @Test
    void run_linkToAReferenceOfAnotherInAWorktree_isRefused() throws Exception {
        worktree("../../../.git\n");
        link(folder.resolve(".g/worktrees/w/refs/worktree/x"));

        assertThat(subjects(folder)).isEmpty();
    }

    /** The top that it names is not its own: what lies there would be taken for files of the tree. */
    @Test
    void run_gitFolderWhoseTreeIsAboveIt_isRefused() throws Exception {
        new Tree(folder)
                .git("init", "-q")
                .git("config", "core.worktree", "../..")
                .file(".git/objects/info/alternates", other.resolve(".git/objects") + "\n")
                .file(".git/HEAD", "ref: refs/heads/led\n");
        link(folder.resolve(".git/refs/heads/led"));

        assertThat(subjects(folder)).isEmpty();
    }

    /** The same of a linked worktree, which may have settings of its own. */
    @Test
    void run_worktreeWhoseTreeIsAboveIt_isRefused() throws Exception {
        worktree("../../../../.git\n");
        new Tree(folder)
                .git("--git-dir=.g", "config", "core.bare", "false")
                .git("--git-dir=.g", "config", "extensions.worktreeConfig", "true")
                .file(".g/worktrees/w/config.worktree", "[core]\n\tworktree = ../../../..\n");
        link(folder.resolve(".g/worktrees/w/refs/worktree/x"));

        assertThat(subjects(folder)).isEmpty();
    }

    @Test
    void run_worktreeWhoseBackReferenceIsNoPath_isRefused() throws Exception {
        worktree("../..\0/.git\n");

        assertThat(subjects(folder)).isEmpty();
    }

    @Test
    void run_worktreeWhoseBackReferenceIsHuge_isRefused() throws Exception {
        worktree("");
        try (var file =
                new RandomAccessFile(folder.resolve(".g/worktrees/w/gitdir").toFile(), "rw")) {
            file.setLength(3L << 30); // sparse
        }

        assertThat(subjects(folder)).isEmpty();
    }

    /** Git starts in what a path leads to, which may be another folder than the one that was asked for. */
    @Test
    void run_folderThatIsAnotherByNow_isNoGit() throws Exception {
        new Tree(folder.resolve("own")).file("a", "b").git("init", "-q").commit("own");
        new Tree(folder.resolve("other")).file("a", "b").git("init", "-q").commit("other");
        RootFolder own = RootFolder.of(folder.resolve("own"));
        GitCommand git = GitCommand.in(own, Tree.LATER);
        assertThat(git.run("log", "--format=%s")).contains("own\n");

        Files.move(folder.resolve("own"), folder.resolve("away"));
        Files.move(folder.resolve("other"), folder.resolve("own"));

        assertThat(git.run("log", "--format=%s")).isEmpty();
    }

    @Test
    void run_hookThatIsALinkToAScriptOfTheFolder_isNoReasonToRefuse() throws Exception {
        new Tree(folder).git("init", "-q").file("tools/check.sh", "true").commit("own");
        Files.createSymbolicLink(folder.resolve(".git/hooks/pre-commit"), Path.of("../../tools/check.sh"));

        assertThat(subjects(folder)).contains("own");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void run_anyGit_hasABoundOnItsMemory() throws Exception {
        new Tree(folder).git("init", "-q");

        assertThat(GitCommand.in(RootFolder.of(folder), Tree.LATER, fake("2.39.1"))
                        .run("log")
                        .orElseThrow()
                        .lines())
                .contains("kilobytes: 1500000");
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

    @Test
    void run_repositoryWhoseMissingObjectsAreFetchedByAProgram_runsNone() throws Exception {
        Path mark = temporary.resolve("ran");
        var tree =
                new Tree(folder).git("init", "-q").file("A.java", "class A {}").commit("one");
        for (String[] setting : new String[][] {
            {"core.repositoryFormatVersion", "1"},
            {"extensions.partialClone", "evil"},
            {"remote.evil.promisor", "true"},
            {"remote.evil.url", "ext::sh -c touch% " + mark},
            {"remote.evil.uploadpack", "touch " + mark + "; false"},
            {"protocol.allow", "always"},
            {"protocol.ext.allow", "always"},
            {"protocol.file.allow", "always"}
        }) {
            tree.git("config", setting[0], setting[1]);
        }
        deleteObjectsBut(subjectsHead());

        assertThat(GitCommand.in(RootFolder.of(folder), Tree.LATER).run("log", "--name-only", "--format=%s"))
                .isEmpty();
        assertThat(mark).doesNotExist();

        new Tree(folder).git("config", "remote.evil.url", other.toString());
        assertThat(GitCommand.in(RootFolder.of(folder), Tree.LATER).run("log", "--name-only", "--format=%s"))
                .isEmpty();
        assertThat(mark).doesNotExist();
    }

    private String subjectsHead() throws Exception {
        return GitCommand.in(RootFolder.of(folder), Tree.LATER)
                .run("rev-parse", "HEAD")
                .orElseThrow()
                .strip();
    }

    private void deleteObjectsBut(String commit) throws Exception {
        try (Stream<Path> all = Files.walk(folder.resolve(".git/objects"))) {
            for (Path each : all.filter(Files::isRegularFile).toList()) {
                if (!commit.endsWith(each.getFileName().toString())) {
                    Files.delete(each);
                }
            }
        }
    }

    /** A git that says its version and what it sees. */
    private Optional<Path> fake(String version) throws Exception {
        Path program = temporary.resolve("git-" + version);
        Files.writeString(
                program,
                "#!/bin/sh\nfor a in \"$@\"; do\n  case $a in\n    version) echo 'git version " + version + "';;\n"
                        + "    rev-parse) echo '" + folder + "/.git'; echo '" + folder + "/.git'; echo '" + folder
                        + "';;\n"
                        + "    log) env; echo kilobytes: $(ulimit -v);;\n"
                        + "    ls-files) printf 'one\\0'; cat '" + temporary.resolve("pipe") + "'; printf 'two\\0';;\n"
                        + "    long) head -c 70000 /dev/zero | tr '\\0' x;;\n  esac\ndone\n");
        assertThat(program.toFile().setExecutable(true)).isTrue();
        return Optional.of(program);
    }

    /** However much git prints, no more is held than one piece: this git goes on when the first was taken. */
    @Test
    void run_pieceByPiece_handsOverEachAsItComes() throws Exception {
        new Tree(folder).git("init", "-q");
        Path pipe = temporary.resolve("pipe");
        new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor();
        GitCommand git = GitCommand.in(RootFolder.of(folder), Tree.LATER, fake("2.39.1"));
        var taken = new ArrayList<String>();

        boolean isWhole = git.run(
                piece -> {
                    taken.add(piece);
                    release(piece.equals("one") ? pipe : temporary.resolve("none"));
                },
                "ls-files");

        assertThat(taken).containsExactly("one", "two");
        assertThat(isWhole).isTrue();
        assertThat(git.run(taken::add, "long")).isFalse();
        assertThat(taken).hasSize(2);
    }

    private static void release(Path pipe) {
        try {
            Files.writeString(pipe, "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void run_anyGit_seesTheDenialsAndNoKeys() throws Exception {
        new Tree(folder).git("init", "-q");

        String seen = GitCommand.in(RootFolder.of(folder), Tree.LATER, fake("2.39.1"))
                .run("log")
                .orElseThrow();

        assertThat(seen.lines())
                .contains(
                        "GIT_ALLOW_PROTOCOL=none",
                        "GIT_NO_LAZY_FETCH=1",
                        "GIT_CONFIG_NOSYSTEM=1",
                        "GIT_CONFIG_GLOBAL=/dev/null",
                        "GIT_ATTR_NOSYSTEM=1",
                        "GIT_TERMINAL_PROMPT=0");
    }

    /** Git would open them wherever they are. */
    @ParameterizedTest
    @ValueSource(strings = {"core.attributesFile", "core.excludesFile", "diff.orderFile"})
    void run_settingThatNamesAFileOutside_isOverridden(String setting) throws Exception {
        Path outside = temporary.resolve("outside");
        new Tree(folder).git("init", "-q").git("config", setting, outside.toString());

        assertThat(GitCommand.in(RootFolder.of(folder), Tree.LATER).run("config", "--get", setting))
                .contains("/dev/null\n");
    }

    @Test
    void run_excludesAndOrderOutside_decideNothing() throws Exception {
        Path outside = temporary.resolve("outside");
        var tree = new Tree(folder)
                .git("init", "-q")
                .file("A.java", "")
                .file("B.java", "")
                .commit("one");
        Files.writeString(outside, "C.java\nB.java\n");
        tree.file("C.java", "")
                .git("config", "core.excludesFile", outside.toString())
                .git("config", "diff.orderFile", outside.toString());

        assertThat(GitCommand.in(RootFolder.of(folder), Tree.LATER).run("ls-files", "--others", "--exclude-standard"))
                .contains("C.java\n");
        assertThat(GitCommand.in(RootFolder.of(folder), Tree.LATER).run("log", "--name-only", "--format="))
                .contains("A.java\nB.java\n");
    }

    @Test
    void run_gitOlderThanTrusted_isNoGit() throws Exception {
        new Tree(folder).git("init", "-q");

        assertThat(GitCommand.in(RootFolder.of(folder), Tree.LATER, fake("2.39.0"))
                        .run("log"))
                .isEmpty();
    }

    /** Only the user and the machine may trust the repository of another owner, never the repository itself. */
    @Test
    void run_repositoryOfAnotherOwner_isReadIfTheUserTrustsIt() throws Exception {
        new Tree(folder).git("init", "-q").file("A.java", "class A {}").commit("own");
        new Tree(folder).git("config", "safe.directory", folder.toString());
        Path settings = Files.createDirectory(temporary.resolve("home")).resolve(".gitconfig");
        Optional<Path> program = Optional.of(Files.writeString(
                temporary.resolve("git-of-another"),
                "#!/bin/sh\nGIT_TEST_ASSUME_DIFFERENT_OWNER=1 GIT_CONFIG_SYSTEM=/dev/null HOME='" + settings.getParent()
                        + "' exec git \"$@\"\n"));
        assertThat(program.get().toFile().setExecutable(true)).isTrue();

        Files.writeString(
                settings, "[safe]\n\tdirectory = " + other + "\n[core]\n\tfsmonitor = touch " + mark() + "\n");
        assertThat(GitCommand.in(RootFolder.of(folder), Tree.LATER, program).run("log", "--format=%s"))
                .isEmpty();

        Files.writeString(settings, "[safe]\n\tdirectory = " + folder + "\n", APPEND);
        assertThat(GitCommand.in(RootFolder.of(folder), Tree.LATER, program).run("log", "--format=%s"))
                .contains("own\n");
        assertThat(GitCommand.in(RootFolder.of(folder), Tree.LATER, program).run("ls-files"))
                .contains("A.java\n");
        assertThat(mark()).doesNotExist();
    }

    private Path mark() {
        return temporary.resolve("ran");
    }

    @ParameterizedTest
    @ValueSource(strings = {"config", "HEAD"})
    @Timeout(60)
    void run_pipeWhereGitReadsAFile_isNotWaitedFor(String name) throws Exception {
        new Tree(folder).git("init", "-q").file("A.java", "class A {}").commit("one");
        Files.delete(folder.resolve(".git").resolve(name));
        assertThat(new ProcessBuilder("mkfifo", folder.resolve(".git/" + name).toString())
                        .start()
                        .waitFor())
                .isZero();

        assertThat(GitCommand.in(RootFolder.of(folder), Tree.LATER, fakeThatMustNotRun())
                        .run("log"))
                .isEmpty();
        assertThat(temporary.resolve("ran")).doesNotExist();
    }

    private Optional<Path> fakeThatMustNotRun() throws Exception {
        Path program = temporary.resolve("git-ran");
        Files.writeString(program, "#!/bin/sh\ntouch '" + temporary.resolve("ran") + "'\n");
        assertThat(program.toFile().setExecutable(true)).isTrue();
        return Optional.of(program);
    }

    @Test
    void run_pipeThatTheConfigurationIncludes_isLeftAtTheDeadline() throws Exception {
        new Tree(folder).git("init", "-q").file("A.java", "class A {}").commit("one");
        Path pipe = folder.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        Files.writeString(folder.resolve(".git/config"), "[include]\n\tpath = " + pipe + "\n", APPEND);
        Deadline soon = Deadline.in(Duration.ofMillis(300), InstantSource.system());

        assertThat(GitCommand.in(RootFolder.of(folder), soon).run("log", "--format=%s"))
                .isEmpty();
    }

    private static void delete(Path tree) throws Exception {
        try (Stream<Path> all = Files.walk(tree)) {
            for (Path each : all.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(each);
            }
        }
    }
}
