// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderWalkTest {
    @TempDir
    Path folder;

    @Test
    void walk_listsWhatGitLists() throws Exception {
        var tree = new Tree(folder)
                .git("init", "-q")
                .file(
                        ".gitignore",
                        "*.log\n!keep.log\n/build/\nout/\n# comment\ndocs/**/*.tmp\n\\#odd\ntrail   \nnode[0-9]\n**/deep/x\n")
                .file("a.log", "1")
                .file("keep.log", "1")
                .file("build/b.txt", "1")
                .file("src/build/c.txt", "1")
                .file("src/out/d.txt", "1")
                .file("src/out.txt", "1")
                .file("docs/a/b/c.tmp", "1")
                .file("docs/c.tmp", "1")
                .file("docs/c.md", "1")
                .file("#odd", "1")
                .file("trail", "1")
                .file("node1", "1")
                .file("nodeX", "1")
                .file("p/q/deep/x", "1")
                .file("p/q/deep/y", "1")
                .file("nested/.gitignore", "!*.log\n/only-here\nsub/*\n!sub/kept\n")
                .file("nested/e.log", "1")
                .file("nested/only-here", "1")
                .file("nested/more/only-here", "1")
                .file("nested/sub/dropped", "1")
                .file("nested/sub/kept", "1");

        var walked = walk(ReadLimits.STANDARD, Tree.LATER);

        assertThat(walked.paths())
                .containsExactlyElementsOf(GitFiles.list(
                                GitCommand.in(RootFolder.of(tree.root()), Tree.LATER),
                                ReadLimits.STANDARD,
                                SearchMemory.ofProcess(1))
                        .orElseThrow()
                        .paths());
        assertThat(walked.paths())
                .contains("keep.log", "src/build/c.txt", "nested/e.log", "nested/sub/kept", "nested/more/only-here")
                .doesNotContain("a.log", "build/b.txt", "src/out/d.txt", "nested/only-here", "nested/sub/dropped");
    }

    /** Git prints what is not tracked first, and the rest of what it prints is counted only. */
    @Test
    void filesOfGit_beyondTheLimitOrTheMemory_areTheFirst_andTheRestIsCounted() throws Exception {
        Tree tree =
                new Tree(folder).git("init", "-q").file("c", "1").file("b", "1").commit("tracked");
        tree.file("a", "1").file("d", "1").file("e", "1");

        assertThat(filesOfGit(5, 10_000)).isEqualTo(new FileList(List.of("a", "b", "c", "d", "e"), 0, true));
        assertThat(filesOfGit(2, 10_000)).isEqualTo(new FileList(List.of("a", "b"), 3, true));
        assertThat(filesOfGit(5, 2 * 113 * 100 / 15 + 100)).isEqualTo(new FileList(List.of("a", "b"), 3, true));
        assertThat(filesOfGit(5, 100)).isEqualTo(new FileList(List.of(), 5, true));
    }

    private FileList filesOfGit(int maxFiles, long memory) throws Exception {
        var limits = new ReadLimits(maxFiles, 1_000, 1_000);
        return GitFiles.list(GitCommand.in(RootFolder.of(folder), Tree.LATER), limits, SearchMemory.of(memory))
                .orElseThrow();
    }

    @Test
    void walk_beyondTheLimit_countsTheRest() throws Exception {
        new Tree(folder).file("a", "1").file("b", "1").file("c", "1");

        assertThat(walk(new ReadLimits(2, 10, 10), Tree.LATER)).isEqualTo(new FileList(List.of("a", "b"), 1, true));
    }

    @Test
    void walk_untilTheDeadline_listsWhatItCameTo() throws Exception {
        new Tree(folder).file("a", "1").file("b", "1").file("c", "1");
        var looks = new AtomicInteger();
        // the clock is looked at for each name, before each entry, and once more when it is known what the entry is
        var soon = new Deadline(() -> Instant.EPOCH.plusSeconds(looks.getAndIncrement()), Instant.EPOCH.plusSeconds(7));

        assertThat(walk(ReadLimits.STANDARD, soon)).isEqualTo(new FileList(List.of("a", "b"), 0, false));
    }

    /** What no rule is known of is listed; rules of a folder that the walk has left take no memory any more. */
    @Test
    void walk_rulesThatWouldFillTheMemory_heedsThoseThatFit() throws Exception {
        String rules = "xxxxxxx\n".repeat(99) + "secret\n"; // 22,000 bytes of memory
        new Tree(folder)
                .file("a/.gitignore", rules)
                .file("a/secret", "1")
                .file("b/.gitignore", rules)
                .file("b/secret", "1")
                .file("b/c/.gitignore", rules)
                .file("b/c/d/e", "1")
                .file("b/c/d/secret", "1")
                .file("b/c/d/.gitignore", rules.replace("secret", "e"));

        assertThat(walk(SearchMemory.of(20 * 50_000)).paths())
                .containsExactly("a/.gitignore", "b/.gitignore", "b/c/.gitignore", "b/c/d/.gitignore", "b/c/d/e");
        assertThat(walk(SearchMemory.of(20 * 100_000)).paths())
                .containsExactly("a/.gitignore", "b/.gitignore", "b/c/.gitignore", "b/c/d/.gitignore");
    }

    @Test
    void walk_namesOfAFolderThatWouldFillTheMemory_looksAtThoseThatFit() throws Exception {
        var tree = new Tree(folder);
        for (int i = 10; i < 40; i++) {
            tree.file("f" + i, "1");
        }
        FileList listed = walk(SearchMemory.of(20 * 1_000));

        assertThat(listed.paths()).hasSizeBetween(10, 20);
        assertThat(listed.cut()).isPositive();
    }

    private FileList walk(ReadLimits limits, Deadline deadline) throws Exception {
        return walk(limits, deadline, SearchMemory.ofProcess(1));
    }

    private FileList walk(SearchMemory memory) throws Exception {
        return walk(ReadLimits.STANDARD, Tree.LATER, memory);
    }

    private FileList walk(ReadLimits limits, Deadline deadline, SearchMemory memory) throws Exception {
        var walk = new FolderWalk(RootJail.of(RootFolder.of(folder), limits), limits, deadline, memory);
        walk.run();
        return walk.listed();
    }
}
