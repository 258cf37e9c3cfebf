// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

import java.util.Locale;

/** The amount of reasoning before an answer; sent with every request, because the defaults of models differ. */
public enum Effort {
    /** No reasoning tokens: the default of every request. */
    NONE,
    /** A few reasoning tokens; only some models know it, such as GPT-5. */
    MINIMAL,
    LOW,
    MEDIUM,
    HIGH,
    XHIGH;

    /** The word on the wire, such as {@code low}. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
