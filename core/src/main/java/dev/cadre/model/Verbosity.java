// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

import java.util.Locale;

/** How much a model writes, where it lets itself be told. */
public enum Verbosity {
    LOW,
    /** As the provider likes it, which is medium everywhere: the default, and not sent. */
    STANDARD,
    HIGH;

    /** The word on the wire, such as {@code low}. */
    public String wireName() {
        return this == STANDARD ? "medium" : name().toLowerCase(Locale.ROOT);
    }
}
