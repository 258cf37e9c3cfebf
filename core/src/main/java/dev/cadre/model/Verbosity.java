// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

import java.util.Locale;

/** The length of a model's text, if the provider supports such a setting. */
public enum Verbosity {
    LOW,
    /** The provider's default, which is medium everywhere; not sent. */
    STANDARD,
    HIGH;

    /** The word on the wire, such as {@code low}. */
    public String wireName() {
        return this == STANDARD ? "medium" : name().toLowerCase(Locale.ROOT);
    }
}
