// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

import java.util.Locale;

/** How much a model may reason before it answers; sent with every request, because defaults differ between models. */
public enum Effort {
    /** No reasoning tokens: the default of every request. */
    NONE,
    LOW,
    MEDIUM,
    HIGH,
    XHIGH;

    /** The word on the wire, such as {@code low}. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
