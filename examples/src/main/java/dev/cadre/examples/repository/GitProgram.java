// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The git of this machine, by its full path: what starts programs on Windows looks into the current folder first. */
final class GitProgram {
    /** The oldest git that is trusted with a hostile repository: older ones overflow on its {@code .gitattributes}. */
    static final String OLDEST = "2.39.1";

    private static final Pattern VERSION = Pattern.compile("git version ([0-9]{1,4})\\.([0-9]{1,4})\\.([0-9]{1,4})");

    private GitProgram() {}

    /**
     * Returns the first git of a search path. Entries that are not absolute, and those inside the folder that is searched,
     * do not count.
     *
     * @param path the variable {@code PATH}
     * @param windows whether programs have the extension {@code .exe}
     */
    static Optional<Path> find(String path, Path searched, boolean windows) {
        for (String entry : path.split(Pattern.quote(File.pathSeparator), -1)) {
            try {
                Path folder = Path.of(entry);
                Path program = folder.resolve(windows ? "git.exe" : "git");
                if (folder.isAbsolute() && Files.isExecutable(program) && !isInside(program, searched)) {
                    return Optional.of(program);
                }
            } catch (InvalidPathException noFolder) {
                // the next entry may be one
            }
        }
        return Optional.empty();
    }

    private static boolean isInside(Path program, Path searched) {
        try {
            return program.toRealPath().startsWith(searched.toRealPath());
        } catch (IOException none) {
            return true;
        }
    }

    /** Returns whether what {@code git version} printed is that of a git that is trusted. */
    static boolean isTrusted(String printed) {
        Matcher version = VERSION.matcher(printed);
        Matcher oldest = VERSION.matcher("git version " + OLDEST);
        return version.lookingAt() && oldest.lookingAt() && number(version) >= number(oldest);
    }

    private static long number(Matcher version) {
        long number = 0;
        for (int part = 1; part <= version.groupCount(); part++) {
            number = number * 10_000 + Long.parseLong(version.group(part));
        }
        return number;
    }
}
