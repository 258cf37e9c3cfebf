// SPDX-License-Identifier: Apache-2.0
package dev.cadre.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
@DisabledOnOs(OS.WINDOWS)
class TempFolderTest {
    @TempDir
    Path parent;

    /** Opens a folder, puts files in it, says where, and stays until it is killed. */
    static final class Doomed {
        private Doomed() {}

        public static void main(String[] arguments) throws IOException {
            TempFolder folder = TempFolder.open();
            OwnFiles.create(folder.path().resolve("secret"));
            OwnFiles.createFolders(folder.path().resolve("below"));
            OwnFiles.create(folder.path().resolve("below/secret"));
            System.out.println(folder.path());
            System.out.flush();
            System.in.read();
        }
    }

    private Process doomed() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Djava.io.tmpdir=" + parent,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Doomed.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static Path said(Process process) throws IOException {
        BufferedReader said = process.inputReader();
        return Path.of(said.readLine());
    }

    @Test
    void folder_isForItsOwnerAlone_andGoneWhenClosed() throws IOException {
        Path elsewhere = Files.writeString(parent.resolve("elsewhere"), "theirs");
        Path path;
        try (TempFolder folder = TempFolder.open(parent)) {
            path = folder.path();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                    .isEqualTo("rwx------");
            OwnFiles.create(path.resolve("file"));
            OwnFiles.createFolders(path.resolve("a/b"));
            Files.createSymbolicLink(path.resolve("a/link"), elsewhere);
            Files.createSymbolicLink(path.resolve("a/folder-link"), parent);
        }
        assertThat(path).doesNotExist();
        assertThat(elsewhere).hasContent("theirs");
    }

    @Test
    @Tag("slow")
    void folderOfAKilledProcess_isGoneWhenTheNextIsOpened_andThatOfALivingOneIsNot() throws Exception {
        Process first = doomed();
        Process second = doomed();
        try {
            Path left = said(first);
            Path used = said(second);
            first.destroyForcibly().waitFor();
            assertThat(left.resolve("below/secret")).exists();

            try (TempFolder own = TempFolder.open(parent);
                    TempFolder another = TempFolder.open(parent)) {
                assertThat(left).doesNotExist();
                assertThat(used.resolve("below/secret")).exists();
                assertThat(own.path()).isDirectory().isNotEqualTo(another.path());
            }
            second.destroyForcibly().waitFor();
            TempFolder.open(parent).close();
            assertThat(parent).isEmptyDirectory();
        } finally {
            first.destroyForcibly();
            second.destroyForcibly();
        }
    }

    /** Waits until the lock of a folder that is being closed is gone and makes it anew, as somebody does who sweeps. */
    private static boolean isLockedAnew(Path folder) {
        Path lock = folder.resolve("lock");
        while (Files.exists(lock)) {
            Thread.onSpinWait();
        }
        try {
            Files.createFile(lock);
            return true;
        } catch (IOException gone) {
            return false;
        }
    }

    @Test
    void folderThatASweeperLocksWhileItIsClosed_isLeftToTheSweeper() throws Exception {
        try (ExecutorService sweepers = Executors.newSingleThreadExecutor()) {
            boolean isMet = false;
            while (!isMet) {
                TempFolder folder = TempFolder.open(parent);
                Future<Boolean> sweeper = sweepers.submit(() -> isLockedAnew(folder.path()));

                folder.close();

                isMet = sweeper.get();
            }
        }
        TempFolder.open(parent).close();
        assertThat(parent).isEmptyDirectory();
    }

    @Test
    void whatOnlyLooksLikeOne_isLeftAlone() throws IOException {
        Path theirs = Files.createDirectory(parent.resolve("theirs"));
        Files.writeString(theirs.resolve("file"), "theirs");
        Path link = Files.createSymbolicLink(parent.resolve(TempFolder.PREFIX + "link"), theirs);
        Path withoutLock = Files.createDirectory(parent.resolve(TempFolder.PREFIX + "without"));
        Files.writeString(withoutLock.resolve("file"), "theirs");

        TempFolder.open(parent).close();

        assertThat(link).isSymbolicLink();
        assertThat(theirs.resolve("file")).hasContent("theirs");
        assertThat(withoutLock.resolve("file")).hasContent("theirs");
    }

    @Test
    void folderThatWasLeftEmpty_isGone() throws IOException {
        Path left = Files.createDirectory(parent.resolve(TempFolder.PREFIX + "left"));
        TempFolder.open(parent).close();
        assertThat(left).doesNotExist();
    }
}
