// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

import java.util.Locale;

/** The provider's processing class, which sets the price; a reply is billed by the class that it names. */
public enum ServiceTier {
    STANDARD,
    /** Slower, at half price. */
    FLEX,
    /** Faster, at a multiple of the price; not offered for every model. */
    PRIORITY,
    /** Answered within a day, at half price; only the batch lane of a bulk run uses it. */
    BATCH;

    /** The word in the provider's requests, such as {@code flex}; {@code default} for {@link #STANDARD}. */
    public String wireName() {
        return this == STANDARD ? "default" : name().toLowerCase(Locale.ROOT);
    }
}
