// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.process;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A program that this one starts. Its environment is an allow-list: where programs and folders are, and the language. A key,
 * a proxy with a password, and whatever else stands in the environment of this process is not in it.
 */
public final class ChildProcess {
    private static final Set<String> OF_POSIX =
            Set.of("PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "LANG", "LC_ALL", "LC_CTYPE", "TZ");
    private static final Set<String> OF_WINDOWS = Set.of(
            "APPDATA",
            "COMSPEC",
            "LOCALAPPDATA",
            "PATHEXT",
            "PROGRAMDATA",
            "PROGRAMFILES",
            "SYSTEMDRIVE",
            "SYSTEMROOT",
            "TEMP",
            "TMP",
            "USERPROFILE",
            "WINDIR");

    private ChildProcess() {}

    /**
     * Returns a builder of the process; variables that the program needs beyond the list can be put into its environment.
     *
     * @param command the program and its arguments
     */
    public static ProcessBuilder of(List<String> command) {
        var builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> !isKept(name));
        return builder;
    }

    /** Names of variables have no case on Windows. */
    static boolean isKept(String name) {
        return OF_POSIX.contains(name.toUpperCase(Locale.ROOT)) || OF_WINDOWS.contains(name.toUpperCase(Locale.ROOT));
    }
}
