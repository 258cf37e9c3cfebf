// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

/** The form of progress on standard error. */
enum Progress {
    AUTO,
    PLAIN,
    JSONL,
    OFF;

    /** The form that is printed in: {@code AUTO} prints plainly on a terminal only. */
    Progress on(Terminal terminal) {
        return this != AUTO ? this : terminal.isErrTerminal() ? PLAIN : OFF;
    }
}
