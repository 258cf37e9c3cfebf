// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;

/**
 * Where output goes. The launcher says which streams are terminals, since the JVM cannot tell for standard error.
 *
 * @param out results
 * @param err progress and messages
 * @param columns how wide standard output is
 */
record Terminal(
        PrintStream out, PrintStream err, boolean isOutTerminal, boolean isErrTerminal, boolean noColour, int columns) {
    private static final int USUAL_COLUMNS = 100;

    Terminal(PrintStream out, PrintStream err, boolean isOutTerminal, boolean isErrTerminal, boolean noColour) {
        this(out, err, isOutTerminal, isErrTerminal, noColour, USUAL_COLUMNS);
    }

    /** The same with another stream for progress and messages. */
    Terminal withErr(PrintStream other) {
        return new Terminal(out, other, isOutTerminal, isErrTerminal, noColour, columns);
    }

    /** Returns the streams of this process, in UTF-8. */
    static Terminal ofProcess() {
        return new Terminal(
                stream(FileDescriptor.out),
                stream(FileDescriptor.err),
                Boolean.getBoolean("cadre.out.terminal"),
                Boolean.getBoolean("cadre.err.terminal") && !isDumb(),
                !System.getenv().getOrDefault("NO_COLOR", "").isEmpty() || isDumb(),
                Integer.getInteger("cadre.columns", USUAL_COLUMNS));
    }

    /** It knows neither colours nor how to move back. */
    private static boolean isDumb() {
        return "dumb".equals(System.getenv("TERM"));
    }

    private static PrintStream stream(FileDescriptor descriptor) {
        return new StandardStream(new FileOutputStream(descriptor));
    }
}
