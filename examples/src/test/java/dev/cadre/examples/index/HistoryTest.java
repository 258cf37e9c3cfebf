// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.examples.repository.RootFolder;
import dev.cadre.examples.repository.Tree;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryTest {
    @TempDir
    Path folder;

    @Test
    void read_newestFirst_relativeToTheFolder() throws Exception {
        new Tree(folder)
                .git("init", "-q")
                .file("a/One.java", "1")
                .commit("First: add one")
                .file("a/odd\nname.java", "1")
                .file("Two.java", "1")
                .commit("Second");

        assertThat(History.read(RootFolder.of(folder), Tree.LATER).commits())
                .extracting(Commit::subject)
                .containsExactly("Second", "First: add one");
        assertThat(History.read(RootFolder.of(folder.resolve("a")), Tree.LATER).commits())
                .extracting(Commit::paths)
                .containsExactly(java.util.List.of("odd\nname.java"), java.util.List.of("One.java"));
        assertThat(History.read(RootFolder.of(folder), Tree.LATER).head().orElseThrow()).hasSize(40);
    }

    @Test
    void read_withoutGit_isEmpty() throws Exception {
        assertThat(History.read(RootFolder.of(Files.createDirectory(folder.resolve("plain"))), Tree.LATER))
                .isEqualTo(History.none());
    }

    @Test
    void read_subjectWithAKey_isLeftOut() throws Exception {
        new Tree(folder).git("init", "-q").file("A.java", "1").commit("Use ghp_Zx81Qw2rT9yUi0pAs5dFg7hJk3lZc6vB4nM8");

        assertThat(History.read(RootFolder.of(folder), Tree.LATER).commits().getFirst().subject())
                .isEqualTo("[left out: it holds what looks like a key]");
    }

    @Test
    void read_keyAcrossTheCut_isLeftOut_andNoneBehindItIsLookedFor() {
        String key = "gh" + "p_Zx81Qw2rT9yUi0pAs5dFg7hJk3lZc6vB4nM8";

        assertThat(subjectOf("x".repeat(490) + " " + key)).isEqualTo("[left out: it holds what looks like a key]");
        assertThat(subjectOf("x".repeat(900) + " " + key)).isEqualTo("x".repeat(500));
        assertThat(subjectOf("  short  ")).isEqualTo("  short");
    }

    private static String subjectOf(String subject) {
        String log = "\u001e" + "0".repeat(40) + "\u001f2026-11-28\u001f" + subject + "\u001f\0A.java\0";
        return History.parse(log).commits().getFirst().subject();
    }

    /** More than git may print. */
    @Test
    void read_oneSubjectBeyondAllBounds_losesNoOther() throws Exception {
        Tree tree = new Tree(folder.resolve("repo"))
                .file("A.java", "1")
                .git("init", "-q")
                .commit("First");
        Path subject = Files.writeString(folder.resolve("subject"), "\u6f22".repeat(24_000_000));
        tree.file("B.java", "1").git("add", "-A").git("commit", "-q", "--file", subject.toString());
        tree.file("C.java", "1").commit("Last");

        assertThat(History.read(RootFolder.of(tree.root()), Tree.LATER).commits())
                .extracting(Commit::subject)
                .containsExactly("Last", "\u6f22".repeat(500), "First");
    }

    @Test
    void read_longSubject_isCut() throws Exception {
        new Tree(folder).git("init", "-q").file("A.java", "1").commit("x".repeat(100_000));

        assertThat(History.read(RootFolder.of(folder), Tree.LATER).commits().getFirst().subject())
                .isEqualTo("x".repeat(500));
    }
}
