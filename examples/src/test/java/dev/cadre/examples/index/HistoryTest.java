// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.examples.repository.GitCommand;
import dev.cadre.examples.repository.RootFolder;
import dev.cadre.examples.repository.SearchMemory;
import dev.cadre.examples.repository.Tree;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryTest {
    @TempDir
    Path folder;

    private static History read(Path folder) throws Exception {
        return History.read(GitCommand.in(RootFolder.of(folder), Tree.LATER), SearchMemory.ofProcess(1));
    }

    @Test
    void read_newestFirst_relativeToTheFolder() throws Exception {
        new Tree(folder)
                .git("init", "-q")
                .file("a/One.java", "1")
                .commit("First: add one")
                .file("a/odd\nname.java", "1")
                .file("Two.java", "1")
                .commit("Second");

        assertThat(read(folder).commits()).extracting(Commit::subject).containsExactly("Second", "First: add one");
        assertThat(read(folder.resolve("a")).commits())
                .extracting(Commit::paths)
                .containsExactly(java.util.List.of("odd\nname.java"), java.util.List.of("One.java"));
        assertThat(read(folder).head().orElseThrow()).hasSize(40);
    }

    @Test
    void read_withoutGit_isEmpty() throws Exception {
        assertThat(read(Files.createDirectory(folder.resolve("plain")))).isEqualTo(History.none());
    }

    @Test
    void read_subjectWithAKey_isLeftOut() throws Exception {
        new Tree(folder).git("init", "-q").file("A.java", "1").commit("Use ghp_Zx81Qw2rT9yUi0pAs5dFg7hJk3lZc6vB4nM8");

        assertThat(read(folder).commits().getFirst().subject()).isEqualTo("[left out: it holds what looks like a key]");
    }

    @Test
    void read_nameThatIsAKey_isNoneOfTheFiles() throws Exception {
        new Tree(folder)
                .git("init", "-q")
                .file("A.java", "1")
                .file("ghp_Zx81Qw2rT9yUi0pAs5dFg7hJk3lZc6vB4nM8.txt", "1")
                .commit("First");

        assertThat(read(folder).commits().getFirst().paths()).containsExactly("A.java");
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
        var taken = new History.Log(SearchMemory.ofProcess(1));
        List.of(log.split("\0", -1)).forEach(taken::take);
        return taken.history().commits().getFirst().subject();
    }

    /** A commit may name any number of files, and each of them is held. */
    @Test
    void history_thatWouldFillTheMemory_endsWithTheCommitsThatFit() {
        var log = new History.Log(SearchMemory.of(100_000)); // 5,000 of it for the history
        for (int commit = 0; commit < 300; commit++) {
            log.take("\u001e" + "%040d".formatted(commit) + "\u001f2026-11-28\u001fsubject\u001f");
            for (int path = 0; path < 10; path++) {
                log.take("p".repeat(90) + path);
            }
        }

        History history = log.history();

        assertThat(history.commits())
                .hasSize(2)
                .allMatch(commit -> commit.paths().size() == 10);
        assertThat(history.commits().getFirst().sha()).isEqualTo("000000000000");
        assertThat(history.head()).contains("%040d".formatted(0));
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

        assertThat(read(tree.root()).commits())
                .extracting(Commit::subject)
                .containsExactly("Last", "\u6f22".repeat(500), "First");
    }

    @Test
    void read_longSubject_isCut() throws Exception {
        new Tree(folder).git("init", "-q").file("A.java", "1").commit("x".repeat(100_000));

        assertThat(read(folder).commits().getFirst().subject()).isEqualTo("x".repeat(500));
    }
}
