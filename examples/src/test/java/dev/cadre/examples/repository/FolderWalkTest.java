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
                .containsExactlyElementsOf(GitFiles.list(tree.root(), ReadLimits.STANDARD, Tree.LATER)
                        .orElseThrow()
                        .paths());
        assertThat(walked.paths())
                .contains("keep.log", "src/build/c.txt", "nested/e.log", "nested/sub/kept", "nested/more/only-here")
                .doesNotContain("a.log", "build/b.txt", "src/out/d.txt", "nested/only-here", "nested/sub/dropped");
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
        // somebody looks at the clock before each entry, and once more when it is known what the entry is
        var soon = new Deadline(() -> Instant.EPOCH.plusSeconds(looks.getAndIncrement()), Instant.EPOCH.plusSeconds(4));

        assertThat(walk(ReadLimits.STANDARD, soon)).isEqualTo(new FileList(List.of("a", "b"), 0, false));
    }

    private FileList walk(ReadLimits limits, Deadline deadline) throws Exception {
        var walk = new FolderWalk(RootJail.of(folder, limits), limits, deadline);
        walk.run();
        return walk.listed();
    }
}
