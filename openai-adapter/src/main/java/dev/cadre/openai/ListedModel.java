// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import java.time.LocalDate;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A model that the provider offers to a key.
 *
 * @param id its id
 * @param shutdownDate the first day without it, or null if none is announced
 */
public record ListedModel(String id, @Nullable LocalDate shutdownDate) {
    /**
     * The days on which models of a list are gone, for {@link dev.cadre.price.ModelCatalog#withShutdowns}; those that no end
     * is announced of are left out.
     */
    public static Map<String, LocalDate> shutdowns(List<ListedModel> models) {
        var days = new LinkedHashMap<String, LocalDate>();
        models.forEach(model -> model.shutdown().ifPresent(day -> days.put(model.id(), day)));
        return Collections.unmodifiableMap(days);
    }

    /** The first day without it, if one is announced. */
    public Optional<LocalDate> shutdown() {
        return Optional.ofNullable(shutdownDate);
    }
}
