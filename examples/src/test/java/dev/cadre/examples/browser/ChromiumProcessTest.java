// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChromiumProcessTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"chromium", "chromium-browser", "google-chrome"})
    void program_isFoundOnThePath(String name) throws IOException {
        Path program = program(name);

        assertThat(ChromiumProcess.find("", "/nowhere" + File.pathSeparator + folder))
                .contains(program);
    }

    @Test
    void program_thatIsNamed_countsAlone() throws IOException {
        Path named = program("my-browser");
        program("chromium");

        assertThat(ChromiumProcess.find(named.toString(), folder.toString())).contains(named);
        assertThat(ChromiumProcess.find(folder.resolve("absent").toString(), folder.toString()))
                .isEmpty();
    }

    @Test
    void program_thatIsNowhere_isNone() throws IOException {
        Files.createFile(folder.resolve("chromium"));
        Files.createDirectory(folder.resolve("google-chrome"));

        assertThat(ChromiumProcess.find("", folder.toString())).isEmpty();
    }

    private Path program(String name) throws IOException {
        Path program = Files.createFile(folder.resolve(name));
        assertThat(program.toFile().setExecutable(true)).isTrue();
        return program;
    }
}
