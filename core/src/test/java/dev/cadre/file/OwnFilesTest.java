// SPDX-License-Identifier: Apache-2.0
package dev.cadre.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
@DisabledOnOs(OS.WINDOWS)
class OwnFilesTest {
    interface Opening {
        void open(Path file) throws IOException;
    }

    /** What writes to the file at a name. */
    private static final List<Opening> WRITING = List.of(
            file -> {
                try (var channel = OwnFiles.open(file)) {
                    channel.write(ByteBuffer.wrap("ours".getBytes(UTF_8)));
                }
            },
            file -> {
                try (var out = OwnFiles.createAnew(file)) {
                    out.write("ours".getBytes(UTF_8));
                }
            },
            file -> {
                try (var out = OwnFiles.append(file)) {
                    out.write("ours".getBytes(UTF_8));
                }
            });

    private static final String LATE = "the file system did not answer in time";

    @TempDir
    Path folder;

    Path victim;

    @BeforeEach
    void makeVictim() throws IOException {
        victim = Files.writeString(folder.resolve("victim"), "theirs");
    }

    private static String permissions(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS));
    }

    @Test
    void newFiles_areForTheirOwnerAlone() throws IOException {
        OwnFiles.create(folder.resolve("a"));
        OwnFiles.open(folder.resolve("b")).close();
        OwnFiles.createAnew(folder.resolve("c")).close();
        OwnFiles.replace(folder.resolve("d"), "d".getBytes(UTF_8));
        OwnFiles.createFolders(folder.resolve("e/f"));

        for (String file : List.of("a", "b", "c", "d")) {
            assertThat(permissions(folder.resolve(file))).as(file).isEqualTo("rw-------");
        }
        assertThat(permissions(folder.resolve("e"))).isEqualTo("rwx------");
        assertThat(permissions(folder.resolve("e/f"))).isEqualTo("rwx------");
    }

    @Test
    void link_isNeverWrittenThrough() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), victim);
        for (Opening opening : WRITING) {
            assertThatExceptionOfType(FileSystemException.class)
                    .isThrownBy(() -> opening.open(link))
                    .withMessage(link + ": it is a link");
        }
        assertThat(victim).hasContent("theirs");

        OwnFiles.replace(link, "ours".getBytes(UTF_8));
        assertThat(victim).hasContent("theirs");
        assertThat(link).hasContent("ours").isRegularFile();
        assertThat(Files.isSymbolicLink(link)).isFalse();
    }

    @Test
    void linkThatLeadsNowhere_makesNoFileThere() throws IOException {
        Path nowhere = folder.resolve("nowhere");
        Path link = Files.createSymbolicLink(folder.resolve("link"), nowhere);
        for (Opening opening : WRITING) {
            assertThatExceptionOfType(FileSystemException.class)
                    .isThrownBy(() -> opening.open(link))
                    .withMessage(link + ": it is a link");
        }
        assertThat(nowhere).doesNotExist();
    }

    @Test
    void folderOrPipe_isRefusedWithoutWaiting() throws Exception {
        Path pipe = pipe();
        Path inTheWay = Files.createDirectory(folder.resolve("folder"));
        for (Opening opening : WRITING) {
            assertThatExceptionOfType(FileSystemException.class)
                    .isThrownBy(() -> opening.open(inTheWay))
                    .withMessage(inTheWay + ": it is a folder");
            assertThatExceptionOfType(FileSystemException.class)
                    .isThrownBy(() -> opening.open(pipe))
                    .withMessage(pipe + ": it is no file");
        }
        assertThatExceptionOfType(FileSystemException.class)
                .isThrownBy(() -> OwnFiles.replace(inTheWay, "ours".getBytes(UTF_8)));
        assertThat(inTheWay).isEmptyDirectory();
        assertThat(folder).isDirectoryNotContaining("glob:**.part");
    }

    @Test
    void fileWithWiderPermissions_isUsedAsItIs() throws IOException {
        Files.setPosixFilePermissions(victim, PosixFilePermissions.fromString("rw-rw-r--"));

        try (var channel = OwnFiles.open(victim)) {
            channel.write(ByteBuffer.wrap("ours".getBytes(UTF_8)));
        }

        assertThat(victim).hasContent("oursrs");
        assertThat(permissions(victim)).isEqualTo("rw-rw-r--");
    }

    @Test
    void streams_outliveAnInterrupt() throws IOException {
        try (var out = OwnFiles.createAnew(folder.resolve("file"))) {
            Thread.currentThread().interrupt();
            out.write("ours".getBytes(UTF_8));
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(folder.resolve("file")).hasContent("ours");
    }

    /** A pipe takes the place of the file again and again: to open it waits for its other end, which nobody opens. */
    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void fileThatIsSwappedForAPipe_isNotWaitedForWithoutABound() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "ours");
        Path pipe = pipe();
        var isOver = new AtomicBoolean();
        Thread swapper = Thread.ofPlatform().start(() -> swapUntil(isOver, file, pipe));
        var seen = new TreeSet<String>();
        try {
            for (int i = 0; i < 200 || !seen.contains(LATE); i++) {
                seen.add(read(file));
                seen.add(appendTo(file));
                seen.add(readOpened(file));
            }
        } finally {
            isOver.set(true);
            swapper.join();
        }
        assertThat(seen).isSubsetOf(LATE, "ours", "", "it is no file", "it does not exist");
        release(pipe);
    }

    private static String read(Path file) {
        try {
            return new String(OwnFiles.read(file, 9, Duration.ofMillis(20)), UTF_8);
        } catch (IOException e) {
            return reason(e);
        }
    }

    private static String appendTo(Path file) {
        try (var out = OwnFiles.append(file, Duration.ofMillis(20))) {
            return "";
        } catch (IOException e) {
            return reason(e);
        }
    }

    /** A pipe that were taken for a file would keep this waiting, because both its ends are open. */
    private static String readOpened(Path file) {
        try (var channel = OwnFiles.open(file)) {
            var content = ByteBuffer.allocate(9);
            channel.read(content);
            return new String(content.array(), 0, content.position(), UTF_8);
        } catch (IOException e) {
            return reason(e);
        }
    }

    private static String reason(IOException e) {
        return e instanceof FileSystemException known && known.getReason() != null
                ? known.getReason()
                : "it does not exist";
    }

    private static void swapUntil(AtomicBoolean isOver, Path file, Path pipe) {
        Path third = file.resolveSibling("third");
        while (!isOver.get()) {
            file.toFile().renameTo(third.toFile());
            pipe.toFile().renameTo(file.toFile());
            file.toFile().renameTo(pipe.toFile());
            third.toFile().renameTo(file.toFile());
        }
    }

    /** Ends those that wait at a pipe. */
    private static void release(Path pipe) throws IOException {
        FileChannel.open(pipe, StandardOpenOption.READ, StandardOpenOption.WRITE)
                .close();
    }

    private Path pipe() throws Exception {
        Path pipe = folder.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        return pipe;
    }

    @Test
    void call_thatHasEnded_leavesNoThread() throws Exception {
        for (int i = 0; i < 200; i++) {
            Thread thread = FileCall.within(FileCall.PATIENCE, victim, Thread::currentThread);

            assertThat(thread.isAlive()).isFalse();
        }
    }

    @Test
    void interrupt_doesNotKeepAFileFromBeingRead_andIsKept() throws Exception {
        Thread.currentThread().interrupt();

        byte[] read = OwnFiles.read(victim, 3);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(read).isEqualTo("the".getBytes(UTF_8));
    }
}
