// SPDX-License-Identifier: Apache-2.0
package dev.cadre.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The folder that {@code mvnw package} makes of the command, carried to another place. */
class DistributionTest {
    private static final Path MADE = Documents.ROOT.resolve("cli/target/cadre");

    /** Where a jar says it, as every ZIP file does; the list at its end says it again. */
    private static final int TIME_OF_FIRST_ENTRY = 10;

    @TempDir
    private Path folder;

    private Path command;

    private record Ended(int status, String out, String err) {}

    @BeforeEach
    void carryAway() throws IOException {
        Path lib = Files.createDirectories(folder.resolve("carried/lib"));
        assumeThat(MADE.resolve("bin/cadre")).as("made by the phase 'package'").exists();
        command = Files.createDirectories(folder.resolve("carried/bin")).resolve("cadre");
        Files.copy(MADE.resolve("bin/cadre"), command);
        try (Stream<Path> jars = Files.list(MADE.resolve("lib"))) {
            for (Path jar :
                    jars.filter(file -> file.toString().endsWith(".jar")).toList()) {
                Files.createSymbolicLink(lib.resolve(jar.getFileName()), jar);
            }
        }
    }

    @AfterEach
    void removeLinks() throws IOException {
        try (Stream<Path> links = Files.list(folder.resolve("carried/lib"))) {
            for (Path link : links.filter(Files::isSymbolicLink).toList()) {
                Files.delete(link);
            }
        }
    }

    private Ended run(Path started, String... arguments) throws IOException, InterruptedException {
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        var line = new ArrayList<>(List.of("sh", started.toString()));
        line.addAll(List.of(arguments));
        var builder = new ProcessBuilder(line)
                .directory(Files.createDirectories(folder.resolve("work")).toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "OPENAI_API_KEY"));
        int status = builder.start().waitFor();
        return new Ended(status, Files.readString(out), Files.readString(err));
    }

    /** The only archive of a command. */
    private Path archive(String name) throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("carried/lib"))) {
            List<Path> all = files.filter(file -> file.getFileName().toString().matches(name + "-\\d+\\.jsa"))
                    .toList();
            assertThat(all).hasSize(1);
            return all.getFirst();
        }
    }

    @Test
    void command_throughALinkInAnotherFolder_saysItsVersion() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("link"), command);

        Ended ended = run(link, "--version");

        assertThat(ended.out()).startsWith("cadre ").doesNotContain("null");
        assertThat(ended.err()).isEmpty();
        assertThat(ended.status()).isZero();
    }

    /** Java looks for settings in the folder in which it starts, and says of those that it passes over that they are there. */
    @Test
    void settingsOfJava_inTheCurrentFolder_areNotSpokenOf() throws Exception {
        Path current = Files.createDirectories(folder.resolve("work"));
        Files.writeString(current.resolve(".hotspotrc"), "+PrintFlagsFinal\n");
        Files.writeString(current.resolve(".hotspot_compiler"), "quiet\n");

        Ended ended = run(command, "--version");

        assertThat(ended.out()).startsWith("cadre ").hasLineCount(1);
        assertThat(ended.err()).isEmpty();
    }

    @Test
    void currentFolder_thatIsGone_isSaidInOneLine() throws Exception {
        Path gone = Files.createDirectory(folder.resolve("gone"));
        var process = new ProcessBuilder("sh", "-c", "rmdir ../gone; exec '" + command + "' search --offline delay")
                .directory(gone.toFile())
                .redirectErrorStream(true)
                .start();

        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(said) // behind what the shell itself says
                .endsWith("cadre: the current folder does not exist any more; go to another one\n")
                .doesNotContain("VM");
        assertThat(process.waitFor()).isEqualTo(2);
    }

    @Test
    void archiveOfClasses_onceMade_changesNoOutput() throws Exception {
        Files.writeString(
                Files.createDirectories(folder.resolve("work")).resolve("Delay.java"), "class RetryDelay {}\n");

        Ended first = run(command, "search", "--offline", "RetryDelay");
        Ended second = run(command, "search", "--offline", "RetryDelay");

        assertThat(archive("search")).isNotEmptyFile();
        assertThat(first.out()).isEqualTo("Delay.java:1:class RetryDelay {}\n");
        assertThat(second).isEqualTo(first);
    }

    @Test
    void archiveOfClasses_cutShort_isReplaced() throws Exception {
        run(command, "--version");
        Path archive = archive("other");
        byte[] whole = Files.readAllBytes(archive);
        Files.write(archive, Arrays.copyOf(whole, whole.length / 2));

        Ended ended = run(command, "--version");

        assertThat(ended.out()).startsWith("cadre ");
        assertThat(ended.err()).isEmpty();
        assertThat(archive).hasSize(whole.length);
    }

    /** Java looks at the size and the time of a jar alone, and these are the same for every build. */
    @Test
    void archiveOfClasses_ofOtherJars_isReplaced() throws Exception {
        run(command, "--version");
        Path before = archive("other");
        Path jar = jarOfTheCommand();
        FileTime time = Files.getLastModifiedTime(jar);
        byte[] bytes = Files.readAllBytes(jar);
        bytes[TIME_OF_FIRST_ENTRY] ^= 1;
        Files.delete(jar); // a link
        Files.write(jar, bytes);
        Files.setLastModifiedTime(jar, time);

        Ended ended = run(command, "--version");

        assertThat(ended.out()).startsWith("cadre ");
        assertThat(archive("other")).isNotEqualTo(before);
    }

    private Path jarOfTheCommand() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("carried/lib"))) {
            return files.filter(file -> file.getFileName().toString().startsWith("cadre-cli-"))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
