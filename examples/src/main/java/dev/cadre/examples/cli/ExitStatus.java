// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.cli;

/** What the command tells the shell. 130 is left to the JVM, which ends with it on an interrupt. */
enum ExitStatus {
    COMPLETE(0),
    NOTHING_FOUND(1),
    USAGE(2),
    PARTIAL(3),
    FAILED(4);

    private final int code;

    ExitStatus(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }
}
