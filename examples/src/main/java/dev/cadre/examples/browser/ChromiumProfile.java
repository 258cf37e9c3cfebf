// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.browser;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The folder of a Chromium, with all that it has of a user: its home, and the only programs that it finds by name. Those that
 * show an address which it does not show itself, such as one for mail, are not among them; such an address is refused before
 * that, too.
 */
final class ChromiumProfile {
    /** What the scripts that start a Chromium use, and what they may: nothing that shows, sends or opens anything. */
    private static final List<String> TOOLS = List.of(
            "basename",
            "bash",
            "cat",
            "cut",
            "dirname",
            "env",
            "expr",
            "find",
            "findmnt",
            "grep",
            "head",
            "id",
            "ls",
            "mkdir",
            "readlink",
            "realpath",
            "rm",
            "sed",
            "sh",
            "sort",
            "test",
            "tr",
            "uname",
            "which");

    /** Chromium asks no program of its system about an address that these refuse. */
    private static final String PREFERENCES = """
            {"policy": {"url_blocklist": ["*"],
              "url_allowlist": ["http://*", "https://*", "about:*", "blob:*", "data:*"]}}
            """;

    private final Path folder;

    private ChromiumProfile(Path folder) {
        this.folder = folder;
    }

    /** @param path where programs are looked for */
    static ChromiumProfile create(String path) throws IOException {
        var profile = new ChromiumProfile(Files.createTempDirectory("cadre-chromium"));
        try {
            Files.createDirectory(profile.home());
            Files.createDirectory(profile.tools());
            for (String name : TOOLS) {
                profile.link(name, path);
            }
            Path preferences = Files.createDirectory(profile.folder.resolve("Default"));
            Files.writeString(preferences.resolve("Preferences"), PREFERENCES);
            return profile;
        } catch (IOException | RuntimeException failure) {
            profile.delete();
            throw failure;
        }
    }

    private void link(String name, String path) throws IOException {
        for (String each : path.split(File.pathSeparator)) {
            Path program = Path.of(each, name);
            if (program.isAbsolute() && Files.isExecutable(program)) {
                Files.createSymbolicLink(tools().resolve(name), program);
                return;
            }
        }
    }

    private Path home() {
        return folder.resolve("home");
    }

    private Path tools() {
        return folder.resolve("tools");
    }

    /** What its process is told of where things are. */
    Map<String, String> environment() {
        return Map.of("HOME", home().toString(), "PATH", tools().toString());
    }

    /** Deletes what is left of it. */
    void delete() {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | java.io.UncheckedIOException leftBehind) {
            folder.toFile().deleteOnExit();
        }
    }

    @Override
    public String toString() {
        return folder.toString();
    }
}
