// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

/** The form of progress on standard error. */
enum Progress {
    AUTO,
    LIVE,
    PLAIN,
    JSONL,
    OFF;

    /** The form that is printed in: {@code AUTO} draws on a terminal only; {@code LIVE} is plain where nothing can be drawn anew. */
    Progress on(Terminal terminal) {
        return switch (this) {
            case AUTO -> terminal.isErrTerminal() ? LIVE : OFF;
            case LIVE -> terminal.isErrTerminal() ? LIVE : PLAIN;
            case PLAIN, JSONL, OFF -> this;
        };
    }
}
