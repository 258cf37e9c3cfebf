// SPDX-License-Identifier: Apache-2.0
package dev.cadre.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
