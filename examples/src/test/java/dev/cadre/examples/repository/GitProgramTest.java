// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The git that is run is the machine's, by its full path, and new enough. */
class GitProgramTest {
    @TempDir
    Path temporary;

    private static Path program(Path file) throws Exception {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
        return file;
    }

    @Test
    void git_inTheSearchedFolder_isNotFound() throws Exception {
        Path searched = temporary.resolve("searched");
        program(searched.resolve("git.exe"));
        program(searched.resolve("bin/git.exe"));
        Path real = program(temporary.resolve("programs/git.exe"));
        String relative = Path.of("").toAbsolutePath().relativize(searched).toString();
        String path = String.join(
                File.pathSeparator,
                "",
                ".",
                relative,
                searched.toString(),
                searched.resolve("bin").toString(),
                real.getParent().toString());

        assertThat(GitProgram.find(path, searched, true)).contains(real);
        assertThat(GitProgram.find("." + File.pathSeparator + searched, searched, true))
                .isEmpty();
    }

    @Test
    void git_atARelativePath_isNotFound() throws Exception {
        Path searched = Files.createDirectory(temporary.resolve("searched"));
        Path real = program(temporary.resolve("programs/git"));
        Path relative = Path.of("").toAbsolutePath().relativize(real.getParent());

        assertThat(GitProgram.find(relative.toString(), searched, false)).isEmpty();
        assertThat(GitProgram.find(real.getParent().toString(), searched, false))
                .contains(real);
    }

    @Test
    void git_behindALinkToTheSearchedFolder_isNotFound() throws Exception {
        Path searched = temporary.resolve("searched");
        Path hostile = program(searched.resolve("git"));
        Path bin = Files.createDirectories(temporary.resolve("bin"));
        Files.createSymbolicLink(bin.resolve("git"), hostile);

        assertThat(GitProgram.find(bin.toString(), searched, false)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "git version 2.39.1, true",
        "git version 2.39.5 (Apple Git-154), true",
        "git version 2.45.0.windows.1, true",
        "git version 3.0.0, true",
        "git version 2.39.0, false",
        "git version 2.25.1, false",
        "git version 1.99.99, false",
        "git version two, false",
        "'', false"
    })
    void version_olderThanTrusted_isRefused(String printed, boolean trusted) {
        assertThat(GitProgram.isTrusted(printed + "\n")).isEqualTo(trusted);
    }
}
