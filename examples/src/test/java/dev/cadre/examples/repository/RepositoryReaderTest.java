// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RepositoryReaderTest {
    private static final String CANARY = "canary-7f3a";

    @TempDir
    Path folder;

    @TempDir
    Path outside;

    private final AtomicInteger looks = new AtomicInteger();
    private Path root;

    @BeforeEach
    void realRoot() throws Exception {
        root = folder.toRealPath();
    }

    /** A file does not hide from a search without being counted: by a name that is no text, or deep below. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void read_whatCannotBeLookedAt_isCounted() throws Exception {
        new Tree(root).file("a.java", "class A {}\n").file("x/".repeat(102) + "deep.java", "class Deep {}\n");
        assertThat(new ProcessBuilder("sh", "-c", "echo > \"$(printf 'b\\377.java')\"")
                        .directory(root.toFile())
                        .start()
                        .waitFor())
                .isZero();

        Repository repository =
                RepositoryReader.within(ReadLimits.STANDARD, Tree.LATER).read(RootFolder.of(root));

        assertThat(repository.files()).extracting(SourceFile::path).containsExactly("a.java");
        assertThat(repository.skipped())
                .containsExactlyInAnyOrderEntriesOf(Map.of(SkipReason.UNREADABLE, 1, SkipReason.OVER_LIMIT, 1));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void read_hostileTree_staysInsideAndSkips(boolean withGit) throws Exception {
        Files.writeString(outside.resolve("stolen.java"), CANARY);
        var tree = new Tree(root).file("src/A.java", "class A {}\n");
        Files.createSymbolicLink(root.resolve("file-link.java"), outside.resolve("stolen.java"));
        Files.createSymbolicLink(root.resolve("folder-link"), outside);
        Files.createSymbolicLink(root.resolve("loop"), root);
        Files.createSymbolicLink(root.resolve("src/self.java"), root.resolve("src/self.java"));
        assertThat(new ProcessBuilder("mkfifo", root.resolve("pipe.java").toString())
                        .start()
                        .waitFor())
                .isZero();
        tree.file("odd\nname.java", "class Odd {}\n")
                .file("long.js", "x".repeat(3 << 20))
                .file("nul.java", new byte[] {'c', 0, 'd'})
                .file(".env", CANARY)
                .file("deploy/.env.local", CANARY)
                .file("deploy/id_rsa", CANARY)
                .file("deploy/server.pem", CANARY)
                .file("latin.java", "caf\u00e9 = 1".getBytes(StandardCharsets.ISO_8859_1));
        if (withGit) {
            tree.git("init", "-q");
        }

        Repository read =
                RepositoryReader.within(ReadLimits.STANDARD, Tree.LATER).read(RootFolder.of(root));

        assertThat(read.files())
                .extracting(SourceFile::path)
                .containsExactly("latin.java", "odd\nname.java", "src/A.java");
        assertThat(read.files()).noneMatch(file -> file.text().contains(CANARY));
        assertThat(read.skipped())
                .containsEntry(SkipReason.SECRET, 4)
                .containsEntry(SkipReason.TOO_LARGE, 1)
                .containsEntry(SkipReason.BINARY, 1)
                .containsEntry(SkipReason.LINK, 4);
    }

    @Test
    void read_trackedFolderReplacedByLink_isNotFollowed() throws Exception {
        var tree = new Tree(root)
                .git("init", "-q")
                .file("lib/A.java", "class A {}")
                .file("B.java", "class B {}")
                .commit("one");
        Files.writeString(outside.resolve("A.java"), CANARY);
        Files.delete(root.resolve("lib/A.java"));
        Files.delete(root.resolve("lib"));
        Files.createSymbolicLink(root.resolve("lib"), outside);

        Repository read =
                RepositoryReader.within(ReadLimits.STANDARD, Tree.LATER).read(RootFolder.of(tree.root()));

        assertThat(read.files()).extracting(SourceFile::path).containsExactly("B.java");
    }

    @Test
    void jail_fileBehindALinkedFolder_isNotEvenLookedAt() throws Exception {
        Files.writeString(outside.resolve("large.java"), "x".repeat(1_000));
        Files.createSymbolicLink(root.resolve("lib"), outside);

        var jail = RootJail.of(RootFolder.of(root), new ReadLimits(10, 100, 1_000));

        assertThat(jail.open("lib/large.java"))
                .as("its size would be known to whoever hears that it is too large")
                .isEqualTo(new RootJail.Opened.Skipped(SkipReason.LINK));
    }

    @Test
    void read_beyondTotalSize_isTruncated() throws Exception {
        new Tree(root).file("a.java", "12345").file("b.java", "12345").file("c.java", "12345");

        Repository read =
                RepositoryReader.within(new ReadLimits(10, 100, 12), Tree.LATER).read(RootFolder.of(root));

        assertThat(read.files()).extracting(SourceFile::path).containsExactly("a.java", "b.java");
        assertThat(read.skipped()).isEqualTo(Map.of(SkipReason.OVER_LIMIT, 1));
        assertThat(read.isTruncated()).isTrue();
    }

    /** One character that is not Latin-1 makes a text take twice the memory, and line ends take more than other characters. */
    @Test
    void read_textsThatWouldFillTheMemory_endsWithWhatFits() throws Exception {
        String latin = "x".repeat(1_000);
        assertThat(filesWithin(5_600, latin)).isEqualTo(4);
        assertThat(filesWithin(5_600, latin.replaceFirst("x", "\u00ff"))).isEqualTo(4);
        assertThat(filesWithin(5_600, latin.replaceFirst("x", "\u0100"))).isEqualTo(2);
        assertThat(filesWithin(11_500, latin.replace("x", "\n"))).isEqualTo(2);
        assertThat(filesWithin(1_000_000, latin)).isEqualTo(6);
    }

    private int filesWithin(long maxMemoryBytes, String text) throws Exception {
        var tree = new Tree(root);
        for (int i = 0; i < 6; i++) {
            tree.file("A" + i + ".txt", text);
        }

        Repository read = RepositoryReader.within(ReadLimits.STANDARD, Tree.LATER, SearchMemory.of(2 * maxMemoryBytes))
                .read(RootFolder.of(root));

        int size = read.files().size();
        assertThat(read.skipped()).isEqualTo(size == 6 ? Map.of() : Map.of(SkipReason.OVER_LIMIT, 6 - size));
        return size;
    }

    /** A path may have thousands of characters, and a hundred thousand files have one each. */
    @Test
    void read_namesThatWouldFillTheMemory_endsWithWhatFits() throws Exception {
        var tree = new Tree(root);
        String folder = ("n".repeat(200) + "/").repeat(5);
        for (int i = 0; i < 6; i++) {
            tree.file(folder + "A" + i + ".txt", "x");
        }
        assertThat(pathsWithin(38_000)).hasSize(5);
        assertThat(pathsWithin(200_000)).hasSize(6);
        tree.git("init", "-q");
        assertThat(pathsWithin(38_000)).hasSize(5);
        assertThat(pathsWithin(200_000)).hasSize(6);
    }

    private List<String> pathsWithin(long memory) throws Exception {
        Repository read = RepositoryReader.within(ReadLimits.STANDARD, Tree.LATER, SearchMemory.of(memory))
                .read(RootFolder.of(root));

        int size = read.files().size();
        assertThat(read.skipped()).isEqualTo(size == 6 ? Map.of() : Map.of(SkipReason.OVER_LIMIT, 6 - size));
        return read.files().stream()
                .map(file -> file.path().substring(file.path().lastIndexOf('/') + 1))
                .toList();
    }

    /** They are counted when they are read. */
    @Test
    void filesThatAreReadTogether_fitIntoTheMemory_howeverLargeTheyAre() {
        var limits = new ReadLimits(1_000, 1_000, 1_000_000);

        assertThat(RepositoryReader.within(limits, Tree.LATER, SearchMemory.of(Long.MAX_VALUE))
                        .filesAtOnce())
                .isEqualTo(64);
        assertThat(RepositoryReader.within(limits, Tree.LATER, SearchMemory.of(60_000))
                        .filesAtOnce())
                .isEqualTo(5);
        assertThat(RepositoryReader.within(limits, Tree.LATER, SearchMemory.of(10))
                        .filesAtOnce())
                .isEqualTo(1);
    }

    @Test
    void read_untilTheDeadline_keepsWhatWasRead() throws Exception {
        var tree = new Tree(root);
        for (int i = 100; i < 300; i++) {
            tree.file("f" + i % 7 + "/A" + i + ".java", "class A" + i + " {}");
        }
        int all = looksOf(Integer.MAX_VALUE).files().size();
        int enough = looks.get();
        var sizes = new TreeSet<Integer>();
        for (int number = 1; number < enough; number += number < enough - 20 ? 10 : 1) {
            Repository read = looksOf(number);

            sizes.add(read.files().size());
            assertThat(read.isTruncated())
                    .as("after %d looks", number)
                    .isEqualTo(read.files().size() < all);
            assertThat(read.files()).extracting(SourceFile::path).isSorted();
        }
        assertThat(sizes)
                .contains(0)
                .anyMatch(size -> size > 0 && size < 64)
                .anyMatch(size -> size > 128 && size < all);
    }

    /** A hostile folder must not hide all of itself by taking long. */
    @Test
    void read_ofOneFolderUntilTheDeadline_keepsEachFileThatWasRead() throws Exception {
        var tree = new Tree(root);
        for (int i = 10; i < 60; i++) {
            tree.file("src/A" + i + ".java", "class A" + i + " {}");
        }
        looksOf(Integer.MAX_VALUE);
        int enough = looks.get();
        var sizes = new TreeSet<Integer>();
        for (int number = 1; number < enough; number++) {
            Repository read = looksOf(number);

            sizes.add(read.files().size());
            assertThat(read.files()).extracting(SourceFile::path).isSorted();
            assertThat(read.isTruncated()).isEqualTo(read.files().size() < 50);
        }
        assertThat(sizes).containsAll(IntStream.range(0, 50).boxed().toList());
    }

    private Repository looksOf(int number) throws Exception {
        return RepositoryReader.within(ReadLimits.STANDARD, afterLooks(number)).read(RootFolder.of(root));
    }

    /** A deadline that is far away until somebody has looked at the clock so many times, and over then. */
    private Deadline afterLooks(int number) {
        looks.set(0);
        return new Deadline(
                () -> looks.incrementAndGet() <= number ? Instant.EPOCH : Instant.EPOCH.plus(Duration.ofHours(2)),
                Instant.EPOCH.plus(Duration.ofHours(1)));
    }

    @Test
    void read_repositoryThatNamesPrograms_runsNone() throws Exception {
        Path mark = outside.resolve("ran");
        Path program = outside.resolve("program");
        Files.writeString(program, "#!/bin/sh\ntouch '" + mark + "'\n");
        assertThat(program.toFile().setExecutable(true)).isTrue();
        var tree = new Tree(root)
                .git("init", "-q")
                .file("A.java", "class A {}")
                .commit("one")
                .git("config", "core.fsmonitor", program.toString())
                .git("config", "core.pager", program.toString())
                .git("config", "diff.external", program.toString())
                .git("config", "gpg.program", program.toString());

        RepositoryReader.within(ReadLimits.STANDARD, Tree.LATER).read(RootFolder.of(tree.root()));

        assertThat(mark).doesNotExist();
    }

    @Test
    void jail_pathsThatLeaveTheRoot_areRefused() throws Exception {
        new Tree(root).file("A.java", "class A {}");
        RootJail jail = RootJail.of(RootFolder.of(root), ReadLimits.STANDARD);

        assertThat(jail.open("A.java")).isInstanceOf(RootJail.Opened.Text.class);
        for (String path : new String[] {"../x", "/etc/hostname", "", "a/../A.java", "a\0b", "./A.java"}) {
            assertThat(jail.open(path)).isEqualTo(new RootJail.Opened.Skipped(SkipReason.UNREADABLE));
        }
    }
}
