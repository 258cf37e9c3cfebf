// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Somebody changes the tree while it is read: nothing outside is read, and nothing waits for ever. */
@Timeout(120)
class SwappedFoldersTest {
    private static final String CANARY = "canary-7f3a";
    private static final int FILES = 20;
    private static final int READS = 150;

    @TempDir
    Path temporary;

    private Path root = Path.of("");
    private Path outside = Path.of("");

    @BeforeEach
    void write() throws Exception {
        root = Files.createDirectory(temporary.toRealPath().resolve("root"));
        outside = Files.createDirectory(temporary.toRealPath().resolve("outside"));
        for (int i = 0; i < FILES; i++) {
            new Tree(outside).file("A" + i + ".java", CANARY).file("deep/A" + i + ".java", CANARY);
            new Tree(root.resolve("lib")).file("A" + i + ".java", "inside").file("deep/A" + i + ".java", "inside");
        }
        new Tree(root).file("File.java", "inside");
    }

    /** Swaps two names of the root until told to stop, and puts them back. */
    private final class Swapper implements AutoCloseable {
        private final AtomicBoolean stopped = new AtomicBoolean();
        private final AtomicInteger swaps = new AtomicInteger();
        private final Thread thread;

        Swapper(String one, String other) {
            thread = Thread.ofPlatform().start(() -> {
                while (!stopped.get()) {
                    swap(one, other);
                    swap(one, other);
                }
            });
        }

        private void swap(String one, String other) {
            boolean moved = rename(one, ".third") && rename(other, one) && rename(".third", other);
            swaps.addAndGet(moved ? 1 : 0);
        }

        private boolean rename(String from, String to) {
            return root.resolve(from).toFile().renameTo(root.resolve(to).toFile());
        }

        @Override
        public void close() throws InterruptedException {
            stopped.set(true);
            thread.join();
            assertThat(swaps).as("swaps").hasValueGreaterThan(READS);
        }
    }

    private static void mkfifo(Path path) throws Exception {
        assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor())
                .isZero();
    }

    @Test
    void read_whileAFolderIsSwappedForALink_readsNothingOutside() throws Exception {
        Files.createSymbolicLink(root.resolve("link"), outside);
        var inside = new AtomicInteger();

        try (var swapper = new Swapper("lib", "link")) {
            readOften(inside);
        }

        assertThat(inside).as("files that were read inside").hasPositiveValue();
    }

    @Test
    void read_whileAFileIsSwappedForALink_readsNothingOutside() throws Exception {
        Files.createSymbolicLink(root.resolve("Link.java"), outside.resolve("A0.java"));
        var inside = new AtomicInteger();

        try (var swapper = new Swapper("File.java", "Link.java")) {
            readOften(inside);
        }

        assertThat(inside).as("files that were read inside").hasPositiveValue();
    }

    private void readOften(AtomicInteger inside) throws Exception {
        RootJail jail = RootJail.of(RootFolder.of(root), ReadLimits.STANDARD);
        var names = new ArrayList<String>();
        for (int i = 0; i < FILES; i++) {
            names.add("A" + i + ".java");
        }
        for (int i = 0; i < READS; i++) {
            Repository read =
                    RepositoryReader.within(ReadLimits.STANDARD, Tree.LATER).read(RootFolder.of(root));
            assertThat(read.files()).noneMatch(file -> file.text().contains(CANARY));
            var opened = new ArrayList<RootJail.Opened>();
            jail.open("lib", names, opened::add);
            jail.open("lib/deep", names, opened::add);
            opened.add(jail.open("File.java"));
            for (RootJail.Opened each : opened) {
                if (each instanceof RootJail.Opened.Text(SourceFile file)) {
                    assertThat(file.text()).isEqualTo("inside");
                    inside.incrementAndGet();
                }
            }
        }
    }

    @Test
    void jail_whoseRootWasSwapped_opensNothing() throws Exception {
        RootJail jail = RootJail.of(RootFolder.of(root.resolve("lib")), ReadLimits.STANDARD);
        Files.move(root.resolve("lib"), root.resolve("away"));
        Files.createSymbolicLink(root.resolve("lib"), outside);

        assertThat(jail.open("A0.java")).isEqualTo(new RootJail.Opened.Skipped(SkipReason.UNREADABLE));
    }

    /** The identity of a folder is taken once: whoever reads later does not ask again where its path leads. */
    @Test
    void read_ofAFolderThatWasSwappedForALink_readsNothing() throws Exception {
        RootFolder known = RootFolder.of(root.resolve("lib"));
        assertThat(known.isInItsPlace()).isTrue();
        Files.move(root.resolve("lib"), root.resolve("away"));
        Files.createSymbolicLink(root.resolve("lib"), outside);

        assertThat(known.isInItsPlace()).isFalse();
        assertThatThrownBy(() ->
                        RepositoryReader.within(ReadLimits.STANDARD, Tree.LATER).read(known))
                .isInstanceOf(java.io.IOException.class)
                .hasMessageContaining("another folder is in the place of");
    }

    @Test
    void read_whileAFileIsSwappedForAPipe_endsAtTheDeadline() throws Exception {
        mkfifo(root.resolve("pipe"));

        try (var swapper = new Swapper("File.java", "pipe")) {
            while (swapper.swaps.get() <= READS) {
                Deadline soon = Deadline.in(Duration.ofMillis(500), InstantSource.system());
                RepositoryReader.within(ReadLimits.STANDARD, soon).read(RootFolder.of(root));
            }
        } finally {
            release(root.resolve("pipe"));
        }
    }

    @Test
    void callThatNobodyAnswers_isLeftAtTheDeadline() throws Exception {
        Path pipe = temporary.resolve("pipe");
        mkfifo(pipe);

        try (var calls = new BlockingCalls()) {
            Deadline soon = Deadline.in(Duration.ofMillis(50), InstantSource.system());
            List<Optional<byte[]>> answers =
                    calls.all(List.of(() -> Files.readAllBytes(pipe), () -> new byte[0]), soon);

            assertThat(answers.getFirst()).isEmpty();
        } finally {
            release(pipe);
        }
    }

    /** Whoever asked is told of it as such, and not as a defect of the reader. */
    @Test
    void callForWhichTheMemoryDoesNotSuffice_saysSo() {
        var full = new OutOfMemoryError("of the test");

        try (var calls = new BlockingCalls()) {
            assertThatThrownBy(() -> calls.call(
                            () -> {
                                throw full;
                            },
                            Tree.LATER))
                    .isSameAs(full);
            assertThatThrownBy(() -> calls.call(
                            () -> {
                                throw new IllegalArgumentException("of the test");
                            },
                            Tree.LATER))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    /** Opens a pipe for both ways, which never waits, so that a thread that waits for the other end goes on. */
    private static void release(Path pipe) throws Exception {
        new RandomAccessFile(pipe.toFile(), "rw").close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void folder_opensNeitherLinksNorPathsNorPipes(boolean byDescriptor) throws Exception {
        Files.createSymbolicLink(root.resolve("link"), outside);
        Files.createSymbolicLink(root.resolve("Link.java"), outside.resolve("A0.java"));
        Object identity = identity(root);

        try (Folder folder = byDescriptor ? Folder.open(root, identity) : Folder.ByPath.open(root, identity)) {
            assertThat(folder).isInstanceOf(byDescriptor ? Folder.ByDescriptor.class : Folder.ByPath.class);
            assertThat(folder.names(name -> true)).containsExactly("File.java", "Link.java", "lib", "link");
            assertThat(folder.read("File.java", 3)).asString().isEqualTo("ins");
            assertThat(folder.attributes("link").isSymbolicLink()).isTrue();
            try (Folder lib = folder.folder("lib")) {
                assertThat(lib.read("A0.java", 100)).asString().isEqualTo("inside");
            }
            for (String name : List.of("Link.java", "link/A0.java", "../outside/A0.java", "lib/A0.java", "..", "")) {
                assertThat(catchIo(() -> folder.read(name, 100))).as(name).isTrue();
            }
            for (String name : List.of("link", "..", ".", "lib/deep", "/")) {
                assertThat(catchIo(() -> folder.folder(name).close())).as(name).isTrue();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void folder_inThePlaceOfAnother_isNotOpened(boolean byDescriptor) throws Exception {
        Object identity = identity(root.resolve("lib"));

        assertThat(catchIo(() -> {
                    if (byDescriptor) {
                        Folder.open(outside, identity).close();
                    } else {
                        Folder.ByPath.open(outside, identity).close();
                    }
                }))
                .isTrue();
    }

    private static Object identity(Path path) throws Exception {
        return Folder.identityOf(Files.readAttributes(path, java.nio.file.attribute.BasicFileAttributes.class));
    }

    private interface Io {
        void run() throws Exception;
    }

    private static boolean catchIo(Io call) throws Exception {
        try {
            call.run();
            return false;
        } catch (java.io.IOException expected) {
            return true;
        }
    }
}
