// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.browser;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** A program that starts the real browser without some of our arguments, or with others. */
final class AlteredBrowser {
    private AlteredBrowser() {}

    /**
     * Writes the program.
     *
     * @param without the arguments to leave out, as patterns of a shell with a bar between them
     */
    static Path of(Path browser, Path folder, String without, String... more) throws IOException {
        Path script = Files.createTempFile(folder, "browser", ".sh");
        Files.writeString(script, """
                #!/bin/sh
                for argument; do
                  shift
                  case "$argument" in
                    %s) ;;
                    *) set -- "$@" "$argument" ;;
                  esac
                done
                exec '%s' "$@" %s
                """.formatted(
                        without,
                        browser,
                        List.of(more).stream().map(each -> "'" + each + "'").collect(Collectors.joining(" "))));
        if (!script.toFile().setExecutable(true)) {
            throw new IOException(script + " cannot be made a program");
        }
        return script;
    }
}
