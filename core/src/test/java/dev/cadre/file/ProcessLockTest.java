// SPDX-License-Identifier: Apache-2.0
package dev.cadre.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessLockTest {
    private static final int PROCESSES = 3;
    private static final int TURNS = 2_000;

    @TempDir
    Path folder;

    /** Takes the lock again and again; whoever has it alone may create a file. */
    static final class Taker {
        private Taker() {}

        public static void main(String[] arguments) throws IOException {
            Path folder = Path.of(arguments[0]);
            Path alone = folder.resolve("alone");
            int taken = 0;
            int refused = 0;
            while (taken < TURNS) {
                try (var lock = ProcessLock.take(folder.resolve("the.lock"))) {
                    Files.createFile(alone);
                    Files.delete(alone);
                    taken++;
                } catch (ProcessLock.HeldException held) {
                    refused++;
                }
            }
            System.out.print(taken + (refused > 0 ? " taken, some refused" : " taken"));
        }
    }

    /** What a killed process leaves is small in every sense: tools that know no holes copy its length. */
    @Test
    void file_ofALock_isShort() throws Exception {
        Path file = folder.resolve("the.lock");
        for (int i = 0; i < 100; i++) {
            try (var lock = ProcessLock.take(file)) {
                assertThat(Files.size(file)).isLessThanOrEqualTo(ProcessLock.MOST_BYTES);
            }
        }
        assertThat(folder).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"cadre lock\nmy notes", "cadre lock\n\0\0\0\0x", "cadre lock\n\0 ", "cadre lock", "cadre"})
    void file_thatOnlyBeginsAsALock_isNotTouched(String text) throws Exception {
        for (String theirs : List.of(text, text + "\0".repeat(5_000), "cadre lock\n" + "\0".repeat(20_000) + text)) {
            Path file = Files.writeString(folder.resolve("the.lock"), theirs);

            assertThatExceptionOfType(FileSystemException.class)
                    .isThrownBy(() -> ProcessLock.take(file))
                    .withMessageContaining("it is no lock file of ours: there is something in it");

            assertThat(file).hasContent(theirs);
        }
    }

    /** As between the look at its name and the lock: it is of the same length. */
    @Test
    void lock_whoseFileWasReplaced_deletesNoOther() throws Exception {
        Path file = folder.resolve("the.lock");
        var lock = ProcessLock.take(file);
        byte[] content = Files.readAllBytes(file);
        Files.move(file, folder.resolve("moved"));
        Files.write(file, content);

        lock.close();

        assertThat(file).hasBinaryContent(content);
    }

    @Test
    @Tag("slow")
    void processes_thatTakeAndDeleteOneLock_neverHaveItTogether() throws Exception {
        var processes = new ArrayList<Process>();
        for (int i = 0; i < PROCESSES; i++) {
            processes.add(new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Taker.class.getName(),
                            folder.toString())
                    .redirectErrorStream(true)
                    .start());
        }
        List<String> said = new ArrayList<>();
        for (Process process : processes) {
            said.add(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        }

        assertThat(said).allMatch(text -> text.startsWith(TURNS + " taken")).anyMatch(text -> text.contains("refused"));
        assertThat(folder).isEmptyDirectory();
    }
}
