// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A git folder is looked at entry by entry: as many as there may be, for as long as there is time and somebody waits. */
class GitHomeTest {
    private static final int ENTRIES = 3_000;

    @TempDir
    Path temporary;

    private Path folder = Path.of("");
    private GitHome home = new GitHome(folder, folder, folder);

    @BeforeEach
    void manyEntries() throws Exception {
        folder = temporary.toRealPath();
        Path git = folder.resolve(".git");
        Path many = Files.createDirectories(git.resolve("x/y"));
        new Tree(folder).file("A.java", "class A {}");
        for (int i = 3; i < ENTRIES; i++) {
            Files.createSymbolicLink(many.resolve("a" + i), Path.of("../../../A.java"));
        }
        home = new GitHome(git, git, folder);
    }

    private boolean isOwn(int maxEntries, Deadline deadline) throws Exception {
        return home.belongsTo(folder, "", maxEntries, deadline);
    }

    @Test
    void folder_ofAsManyEntriesAsThereMayBe_isItsOwn_andNotWithOneMore() throws Exception {
        assertThat(isOwn(ENTRIES, Tree.LATER)).isTrue();
        assertThat(isOwn(ENTRIES - 1, Tree.LATER)).isFalse();
    }

    @Test
    void folder_deeperThanAnyIs_isNot() throws Exception {
        new Tree(folder).file(".git/" + "d/".repeat(98) + "f", "");
        assertThat(isOwn(2 * ENTRIES, Tree.LATER)).isTrue();

        new Tree(folder).file(".git/" + "d/".repeat(101) + "f", "");
        assertThat(isOwn(2 * ENTRIES, Tree.LATER)).isFalse();
    }

    @Test
    void deadline_endsTheLook_atTheNextEntry() throws Exception {
        var looks = new AtomicInteger();
        InstantSource clock = () -> Instant.EPOCH.plusMillis(looks.getAndIncrement());

        assertThat(isOwn(ENTRIES, Deadline.in(Duration.ofMillis(50), clock))).isFalse();
        assertThat(looks).hasValue(51);
    }

    @Test
    void interrupt_endsTheLook_atTheNextEntry() {
        var looks = new AtomicInteger();
        InstantSource clock = () -> {
            if (looks.incrementAndGet() == 50) {
                Thread.currentThread().interrupt();
            }
            return Instant.EPOCH;
        };
        Deadline deadline = Deadline.in(Duration.ofHours(1), clock);

        assertThatThrownBy(() -> isOwn(ENTRIES, deadline)).isInstanceOf(InterruptedException.class);
        assertThat(looks).hasValue(50);
    }

    @Test
    void search_asksOnce_whateverItReadsOfGit() throws Exception {
        Path asked = temporary.resolve("asked");
        GitCommand git = GitCommand.in(RootFolder.of(folder), Tree.LATER, git(asked));

        assertThat(git.until(Tree.LATER).run("log")).contains("log\n");
        assertThat(git.until(Tree.LATER).run("ls-files")).contains("ls-files\n");
        assertThat(asked).hasContent("x");
    }

    /** What is not known in time is found out by whoever has more. */
    @Test
    void search_asksAgain_afterADeadline() throws Exception {
        var access = new GitAccess(ENTRIES);
        var now = new AtomicInteger();
        Deadline soon = Deadline.in(Duration.ofMillis(1), () -> Instant.EPOCH.plusMillis(now.get()));
        var answers = new ArrayList<Optional<List<String>>>();

        answers.add(access.once(soon, () -> {
            now.set(1);
            return Optional.empty();
        }));
        answers.add(access.once(Tree.LATER, () -> Optional.of(List.of("-c"))));
        answers.add(access.once(Tree.LATER, Optional::empty));

        assertThat(answers).containsExactly(Optional.empty(), Optional.of(List.of("-c")), Optional.of(List.of("-c")));
    }

    /** A git that notes each question for the git folder. */
    private Optional<Path> git(Path asked) throws Exception {
        new Tree(folder).file(".git/HEAD", "").file(".git/config", "");
        Path program = Files.writeString(
                temporary.resolve("git-that-notes"),
                "#!/bin/sh\nfor a in \"$@\"; do\n  case $a in\n    version) echo 'git version 2.39.1';;\n    rev-parse) "
                        + "printf x >> '" + asked + "'; echo '" + folder + "/.git'; echo '" + folder
                        + "/.git'; echo '" + folder + "';;\n    log | ls-files) echo $a;;\n  esac\ndone\n");
        assertThat(program.toFile().setExecutable(true)).isTrue();
        return Optional.of(program);
    }
}
