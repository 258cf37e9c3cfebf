// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.browser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.computer.Action;
import dev.cadre.computer.Environment;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** No page has a program started, such as one for mail: programs of those names only note that they were. */
@ExtendWith(RequiresChromium.class)
@EnabledOnOs(OS.LINUX)
class OtherProgramsTest {
    /** What a Chromium starts on Linux for an address that it does not show itself. */
    private static final List<String> PROGRAMS =
            List.of("xdg-email", "xdg-mime", "xdg-open", "xdg-settings", "gio", "gvfs-open", "kde-open", "exo-open");

    /** Without a click, and in HTML alone. */
    private static final String PAGE = """
            <iframe src='mailto:a@b.c?body=text'></iframe><iframe src=tel:1></iframe><iframe src=x-y:text></iframe>
            <meta http-equiv=refresh content='1;url=mailto:a@b.c?body=text'>""";

    private static final int PAUSES = 4;

    @TempDir
    Path folder;

    private Path notes;
    private FormServer site;

    @BeforeEach
    void start() throws IOException {
        notes = Files.createFile(folder.resolve("notes"));
        site = new FormServer().with(PAGE);
    }

    @AfterEach
    void stop() {
        site.close();
    }

    @ParameterizedTest
    @CsvSource({"without our preferences, true", "with them, false"})
    void page_startsNoOtherProgram(String how, boolean isStarted) throws Exception {
        Path program = findingThem(how.startsWith("without"));
        try (Environment page = Chromium.open(program, site.address(), Set.of(Chromium.origin(site.address())))) {
            for (int i = 0; i < PAUSES; i++) {
                page.perform(new Action.Pause(), page.scene(new Action.Pause()));
            }
        }

        assertThat(Files.readString(notes).contains("mailto"))
                .as(Files.readString(notes))
                .isEqualTo(isStarted);
        assertThat(Files.readString(notes).isEmpty()).isEqualTo(!isStarted);
    }

    /** A server may send a frame there, and that must not be the end of the browser. */
    @ParameterizedTest
    @ValueSource(
            strings = {"mailto:a@b.c?body=t", "tel:1", "x-y:text", "intent:text", "web+foo:text", "file:///etc/passwd"})
    void frameThatIsRedirectedToAnotherProgram_startsNone_andThePageGoesOn(String address) throws Exception {
        site.with(
                "<iframe src='/to?%1$s'></iframe><iframe src='http://localhost:%2$d/to?%1$s'></iframe><iframe src='http://localhost:%2$d/frame'></iframe>"
                                .formatted(address, site.address().getPort())
                        + "<iframe id=f src='/to?/other'></iframe><script>onload = () => { document.title = f.contentDocument.title }</script>");
        site.answering("<iframe src='/to?%s'></iframe>".formatted(address));
        Path program = findingThem(false);
        URI other = site.address("localhost");
        try (Environment page = Chromium.open(
                program, site.address(), Set.of(Chromium.origin(site.address()), Chromium.origin(other)))) {
            for (int i = 0; i < PAUSES; i++) {
                page.perform(new Action.Pause(), page.scene(new Action.Pause()));
            }
            assertThat(page.scene(new Action.Look()).title()).isEqualTo("Thanks");
        }
        assertThat(Files.readString(notes)).isEmpty();
    }

    /** Besides, none is found by its name, and what it would keep for its user goes away with the profile. */
    @Test
    void browser_findsNoOtherProgram_andNothingOfItsUser() throws Exception {
        var names = new TreeSet<String>();
        var homes = new TreeSet<Path>();
        try (Environment page = Chromium.startingAt(site.address()).open()) {
            page.perform(new Action.Look(), page.scene(new Action.Look()));
            for (String environment : environments()) {
                homes.add(Path.of(valueOf("HOME", environment)));
                for (String folderOfPath : valueOf("PATH", environment).split(":")) {
                    try (Stream<Path> files = Files.list(Path.of(folderOfPath))) {
                        files.forEach(file -> names.add(file.getFileName().toString()));
                    }
                }
            }
        }

        assertThat(names).contains("sh", "uname").hasSizeLessThan(40).doesNotContainAnyElementsOf(PROGRAMS);
        assertThat(homes)
                .hasSize(1)
                .allSatisfy(home -> assertThat(home).doesNotExist().asString().contains("cadre-chromium"));
    }

    /** A server of sound is started by whoever wants to be heard, and kept for later; its client makes a folder first. */
    @Test
    void sound_isAskedOfNoServer() throws Exception {
        site.with(
                "<script>const sound = new AudioContext().createOscillator(); sound.connect(sound.context.destination);"
                        + " sound.start(); navigator.mediaDevices?.enumerateDevices()</script>");
        Path temporary = Files.createDirectory(folder.resolve("temporary"));
        Path program = script(
                folder.resolve("browser"),
                "TMPDIR='%s' exec '%s' \"$@\""
                        .formatted(temporary, ChromiumProcess.find().orElseThrow()));
        var names = new TreeSet<String>();
        try (Environment page = Chromium.open(program, site.address(), Set.of(Chromium.origin(site.address())))) {
            for (int i = 0; i < PAUSES; i++) {
                page.perform(new Action.Pause(), page.scene(new Action.Pause()));
            }
            try (Stream<Path> files = Files.list(temporary)) {
                files.forEach(file -> names.add(file.getFileName().toString()));
            }
        }

        assertThat(names).isNotEmpty().noneMatch(name -> name.contains("pulse"));
    }

    private static List<String> environments() throws IOException {
        var environments = new ArrayList<String>();
        for (ProcessHandle each : ProcessHandle.current().descendants().toList()) {
            Path environ = Path.of("/proc/" + each.pid() + "/environ");
            if (Files.isReadable(environ)) { // a process in a sandbox shows its own to nobody
                environments.add(Files.readString(environ, StandardCharsets.ISO_8859_1));
            }
        }
        // some write their titles over it
        return environments.stream()
                .filter(environment -> environment.contains("\0PATH=") && environment.contains("HOME="))
                .toList();
    }

    private static String valueOf(String name, String environment) {
        return Stream.of(environment.split("\0"))
                .filter(variable -> variable.startsWith(name + "="))
                .map(variable -> variable.substring(name.length() + 1))
                .findFirst()
                .orElseThrow();
    }

    /** The real browser, which finds our programs of these names, with the preferences that it was given or without. */
    private Path findingThem(boolean isWithoutPreferences) throws IOException {
        Path programs = Files.createDirectory(folder.resolve("programs"));
        for (String name : PROGRAMS) {
            script(programs.resolve(name), "echo %s \"$@\" >> '%s'".formatted(name, notes));
        }
        String forget = """
                for argument; do
                  case "$argument" in --user-data-dir=*) rm -rf "${argument#*=}/Default" ;; esac
                done""";
        return script(folder.resolve("browser"), """
                PATH='%s:%s'
                export PATH
                %s
                exec '%s' "$@\"""".formatted(
                        programs,
                        System.getenv("PATH"),
                        isWithoutPreferences ? forget : "",
                        ChromiumProcess.find().orElseThrow()));
    }

    private static Path script(Path file, String text) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + text + "\n");
        if (!file.toFile().setExecutable(true)) {
            throw new IOException(file + " cannot be made a program");
        }
        return file;
    }
}
