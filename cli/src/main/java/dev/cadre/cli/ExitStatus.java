// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

/** What the command tells the shell. The JVM ends with 130 on an interrupt by itself, too. */
enum ExitStatus {
    COMPLETE(0),
    NOTHING_FOUND(1),
    USAGE(2),
    PARTIAL(3),
    FAILED(4),
    INTERRUPTED(130);

    private final int code;

    ExitStatus(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }
}
