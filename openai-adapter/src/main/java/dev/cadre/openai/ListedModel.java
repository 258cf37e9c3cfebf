// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import java.time.LocalDate;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A model that the provider offers to a key.
 *
 * @param id its id
 * @param shutdownDate the first day without it, or null if none is announced
 */
public record ListedModel(String id, @Nullable LocalDate shutdownDate) {
    /** The first day without it, if one is announced. */
    public Optional<LocalDate> shutdown() {
        return Optional.ofNullable(shutdownDate);
    }
}
